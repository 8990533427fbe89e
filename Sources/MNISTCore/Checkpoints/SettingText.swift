/// How a value is written as text, and read back within its range.
struct SettingText<Value: Equatable & Sendable>: Sendable {
  /// The texts that are read, in words: `1 to 256`.
  let expected: String
  /// Nil where the text is none of them.
  let read: @Sendable (String) -> Value?
  /// Nil for a value that is left out, such as no patience.
  let write: @Sendable (Value) -> String?
  /// The value as JSON; nil where it is left out.
  var json: @Sendable (Value) -> String?
  /// The value in a sentence for people.
  var words: @Sendable (Value) -> String

  private init(
    expected: String, read: @escaping @Sendable (String) -> Value?,
    write: @escaping @Sendable (Value) -> String?
  ) {
    self.expected = expected
    self.read = read
    self.write = write
    json = write
    words = { write($0) ?? "none" }
  }

  /// The value or none; none has no text.
  var optional: SettingText<Value?> {
    let (read, write, json, words) = (read, write, json, words)
    var text = SettingText<Value?>(
      expected: expected, read: { text in read(text).map(Optional.some) },
      write: { value in value.flatMap(write) })
    text.json = { value in value.flatMap(json) }
    text.words = { value in value.map(words) ?? "none" }
    return text
  }

  private var quotedInJSON: Self {
    var text = self
    let write = write
    text.json = { write($0).map(JSONText.quoted) }
    return text
  }
}

extension SettingText where Value: FixedWidthInteger {
  static func integer(_ range: ClosedRange<Value>) -> Self {
    Self(
      expected: "\(range.lowerBound) to \(range.upperBound)",
      read: { text in Value(text).flatMap { range.contains($0) ? $0 : nil } }, write: { "\($0)" })
  }
}

extension SettingText where Value == UInt32 {
  /// A CRC-32, such as `0x00000abc`.
  static var checksum: Self {
    Self(
      expected: "eight hexadecimal digits",
      read: { UInt32($0.hasPrefix("0x") ? $0.dropFirst(2) : $0[...], radix: 16) },
      write: { hexadecimal($0) }
    ).quotedInJSON
  }
}

extension SettingText where Value == Double {
  /// - Parameter expected: says in words what `isAllowed` checks. Numbers come back bit for bit.
  static func number(
    _ expected: String, where isAllowed: @escaping @Sendable (Double) -> Bool
  ) -> Self {
    Self(
      expected: expected, read: { text in Double(text).flatMap { isAllowed($0) ? $0 : nil } },
      write: { "\($0)" })
  }
}

extension SettingText where Value == Bool {
  /// - Parameters:
  ///   - on: what a run with the setting uses, in a sentence for people.
  ///   - off: what a run without it uses.
  static func flag(on: String, off: String) -> Self {
    var text = Self(expected: "true or false", read: { Bool($0) }, write: { "\($0)" })
    text.words = { $0 ? on : off }
    return text
  }
}

extension SettingText where Value: CaseIterable & RawRepresentable<String> {
  /// One of the cases' raw values.
  static var choice: Self {
    Self(
      expected: Value.allCases.map(\.rawValue).joined(separator: ", "),
      read: { Value(rawValue: $0) }, write: { $0.rawValue }
    ).quotedInJSON
  }
}

extension SettingText where Value == [Int] {
  /// The widths of the hidden layers, separated by commas; in JSON and for people the number of layers, the
  /// last one included.
  ///
  /// - Parameter tensorCount: how many tensors the file has: no more layers are believed than they could
  ///   make up.
  static func layers(each range: ClosedRange<Int>, tensorCount: Int) -> Self {
    // A linear layer alone has ten: its weight and bias, each as best and last value and with the
    // three of the optimiser. The last layer is not hidden.
    let limit = max(0, tensorCount / 10 - 1)
    var text = Self(
      expected: "sizes of 1 or more, separated by commas, at most \(limit) with \(tensorCount) "
        + "tensors",
      read: { text in
        guard text.utf8.count(where: { $0 == UInt8(ascii: ",") }) < limit else { return nil }
        let sizes = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        return sizes.allSatisfy { $0.map(range.contains) ?? false } ? sizes.compactMap { $0 } : nil
      },
      write: { $0.map { "\($0)" }.joined(separator: ",") })
    text.json = { "\($0.count + 1)" }
    text.words = { "\($0.count + 1)" }
    return text
  }
}

extension SettingText where Value == String {
  /// What a driver calls a device.
  static var deviceName: Self {
    Self(
      expected: "1 to 200 characters", read: { (1...200).contains($0.count) ? $0 : nil },
      write: { $0 }
    ).quotedInJSON
  }
}

extension SettingText where Value == [String] {
  /// A name for each class as an array of JSON, which has room for every name.
  static func classNames(count: Int) -> Self {
    Self(
      expected: "an array of \(count) different names, each of 1 to \(ClassNames.byteLimit) bytes",
      read: { text in
        guard let elements = try? JSONReader.value(in: Array(text.utf8)[...]).array(),
          case let names = elements.compactMap({ try? $0.string() }),
          names.count == elements.count, names.count == count, ClassNames.fault(names) == nil
        else { return nil }
        return names
      },
      write: { "[\($0.map(JSONText.quoted).joined(separator: ","))]" })
  }
}
