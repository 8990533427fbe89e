extension ArgumentParser {
  /// The flag that was probably meant by the first of `arguments` that comes close to one, if any.
  ///
  /// Close is: the option contains what was typed (three letters or more), or the two are at most
  /// two edits apart, or one edit for every three letters typed. Capitals do not matter.
  func nearestFlag(to arguments: [String]) -> String? {
    for argument in arguments {
      let scalars = argument.unicodeScalars
      // Text processors like to make an en or em dash of a hyphen.
      guard scalars.first?.properties.generalCategory == .dashPunctuation else { continue }
      let name = String(scalars.drop { $0.properties.generalCategory == .dashPunctuation })
      let typed = name.lowercased().unicodeScalars.prefix { $0 != "=" }
        .map { $0 == "-" ? "_" : $0 }
      let distances = options.map { option in
        (flag: option.flag, edits: distance(typed, Array(option.name.unicodeScalars)))
      }
      let limit = min(max(2, typed.count / 3), typed.count - 1)
      if let nearest = distances.min(by: { $0.edits < $1.edits }), nearest.edits <= limit {
        return nearest.flag
      }
    }
    return nil
  }

  private func distance(_ typed: [Unicode.Scalar], _ name: [Unicode.Scalar]) -> Int {
    // Options are short: whatever is much longer is not one of them, and is not worth the time.
    guard typed.count <= 2 * name.count + 2 else { return .max }
    let isPart = typed.count >= 3 && name.indices.contains { name[$0...].starts(with: typed) }
    return isPart ? 1 : editDistance(typed, name)
  }
}
