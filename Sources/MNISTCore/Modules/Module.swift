/// A part of a network: parameters, state, and what it computes from a tensor.
///
/// To write one, declare its `Parameter`s and inner modules as properties and compute the output from
/// tensor operations; the derivative follows by itself. See `docs/modules.md`.
public protocol Module: AnyObject, CustomStringConvertible {
  /// Whether the module behaves as in training (batch statistics, dropout) or as in evaluation. Set it
  /// with `train()` and `evaluate()`, which reach the inner modules too.
  var isTraining: Bool { get set }

  /// What the module makes of an input.
  func callAsFunction(_ input: Tensor) -> Tensor

  /// What the module is made of, in order. By default its properties of the types below, under their
  /// names in PyTorch's spelling: `runningMean` is `running_mean`.
  var members: [(name: String, member: Member)] { get }

  /// What stands between the parentheses when the module is printed and has no inner modules.
  var settingsDescription: String { get }
}

/// One property of a module that belongs to its state or structure.
public enum Member {
  /// Trained numbers.
  case parameter(Parameter)
  /// Numbers that are kept, but not trained.
  case buffer(Buffer)
  /// A count that is kept.
  case counter(Counter)
  /// A part with members of its own.
  case module(any Module)
}

extension Module {
  /// Nothing, unless a module says otherwise.
  public var settingsDescription: String { "" }

  /// The properties that are parameters, buffers, counters and modules, under their names in PyTorch's
  /// spelling.
  public var members: [(name: String, member: Member)] {
    properties.compactMap { label, value in
      let name = snakeCase(label)
      return switch value {
      case let parameter as Parameter: (name, .parameter(parameter))
      case let buffer as Buffer: (name, .buffer(buffer))
      case let counter as Counter: (name, .counter(counter))
      case let module as any Module: (name, .module(module))
      case let list as [AnyObject] where list.contains { $0 is any Module || $0 is Parameter }:
        stop("\(label): a list of modules is found in a Sequential only")
      default: nil
      }
    }
  }

  /// Every parameter under its full name, such as `layers.0.block.0.weight`.
  public var namedParameters: [(name: String, parameter: Parameter)] {
    flattened().compactMap { name, member in
      if case .parameter(let parameter) = member { (name, parameter) } else { nil }
    }
  }

  /// Every parameter once, also if it stands under two names.
  ///
  /// Stops the program where there is none although a property is a plain `Tensor`: it would not be trained.
  public var parameters: [Parameter] {
    var seen: Set<ObjectIdentifier> = []
    let parameters = namedParameters.map(\.parameter)
      .filter { seen.insert(ObjectIdentifier($0)).inserted }
    if parameters.isEmpty {
      for module in modules {
        guard let plain = module.properties.first(where: { type(of: $0.value) == Tensor.self })
        else { continue }
        stop(
          "\(type(of: module)) has nothing to train: its property \(plain.label) is a plain Tensor "
            + "(expected a Parameter)")
      }
    }
    return parameters
  }

  /// Stored properties, those of base classes first.
  private var properties: [(label: String, value: Any)] {
    let mirrors = sequence(first: Mirror(reflecting: self), next: \.superclassMirror)
    return Array(mirrors).reversed().flatMap(\.children).compactMap { label, value in
      label.map { ($0, value) }
    }
  }

  /// This module and all inside it.
  public var modules: [any Module] {
    members.reduce(into: [self]) { modules, named in
      if case .module(let module) = named.member { modules += module.modules }
    }
  }

  /// Puts the module and all inside it into training: batch statistics, dropout.
  public func train() { for module in modules { module.isTraining = true } }

  /// Puts the module and all inside it into evaluation: running statistics, no dropout.
  public func evaluate() { for module in modules { module.isTraining = false } }

  /// Printed as PyTorch prints it.
  public var description: String {
    let name = "\(type(of: self))"
    let inner = members.compactMap { name, member -> String? in
      guard case .module(let module) = member else { return nil }
      let lines = module.description.split(separator: "\n", omittingEmptySubsequences: false)
      return "  (\(name)): " + lines.joined(separator: "\n  ")
    }
    guard !inner.isEmpty else { return "\(name)(\(settingsDescription))" }
    return "\(name)(\n\(inner.joined(separator: "\n"))\n)"
  }

  /// Parameters, buffers and counters under their full names, in order.
  func flattened() -> [(name: String, member: Member)] {
    members.flatMap { name, member -> [(name: String, member: Member)] in
      guard case .module(let module) = member else { return [(name, member)] }
      return module.flattened().map { ("\(name).\($0.name)", $0.member) }
    }
  }
}

/// `runningMean` → `running_mean`
private func snakeCase(_ name: String) -> String {
  name.reduce(into: "") { result, character in
    if character.isUppercase { result += "_" }
    result += character.lowercased()
  }
}
