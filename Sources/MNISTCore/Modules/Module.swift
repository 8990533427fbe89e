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
      case let value where hidesMembers(value):
        stop(
          "\(label): modules and parameters are not found inside a list, dictionary, tuple or struct "
            + "(expected a property for each, or a Sequential)")
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
    allMembers().reduce(into: [self]) { modules, named in
      if case .module(let module) = named.member { modules.append(module) }
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
    var names: Set<String> = []
    return allMembers().filter { name, member in
      if case .module = member { return false }
      require(names.insert(name).inserted, "\(type(of: self)) has two members of the name \(name)")
      return true
    }
  }

  /// All members of this module and of those inside it, under their full names, each module before its own.
  ///
  /// - Parameter outer: the modules that this one is inside of.
  private func allMembers(
    inside outer: [any Module] = []
  ) -> [(name: String, member: Member)] {
    require(!outer.contains { $0 === self }, "a module of type \(type(of: self)) is inside itself")
    return members.flatMap { name, member -> [(name: String, member: Member)] in
      guard case .module(let module) = member else { return [(name, member)] }
      return [(name, member)]
        + module.allMembers(inside: outer + [self]).map { ("\(name).\($0.name)", $0.member) }
    }
  }
}

/// Whether a value that is no member itself has members inside, where nobody looks for them.
private func hidesMembers(_ value: Any, depth: Int = 4) -> Bool {
  let mirror = Mirror(reflecting: value)
  guard depth > 0, let style = mirror.displayStyle, style != .class else { return false }
  // Of a long list of something else the first few tell.
  return mirror.children.prefix(16).contains {
    $0.value is any Module || $0.value is Parameter || hidesMembers($0.value, depth: depth - 1)
  }
}

/// `runningMean` → `running_mean`
private func snakeCase(_ name: String) -> String {
  name.reduce(into: "") { result, character in
    if character.isUppercase { result += "_" }
    result += character.lowercased()
  }
}
