/// Drawing an image in a terminal. A character is twice as high as it is wide, so each pixel takes two.
package enum TerminalPicture {
  /// One line for each row, without a line end after the last.
  ///
  /// - Parameters:
  ///   - pixels: `[rows, width]`, from 0, paper, to 255, ink. In color ink is bright on black, as the
  ///     model sees it; as plain text it is the darker character.
  package static func text(
    _ pixels: some Collection<UInt8>, width: Int, colors: TerminalColors
  ) -> String {
    require(pixels.count.isMultiple(of: width), "rows of \(width) pixels")
    var lines: [String] = []
    var rest = pixels[...]
    while !rest.isEmpty {
      lines.append(line(rest.prefix(width), colors))
      rest = rest.dropFirst(width)
    }
    return lines.joined(separator: "\n")
  }

  private static func line(
    _ pixels: some Collection<UInt8>, _ colors: TerminalColors
  ) -> String {
    guard colors != .none else {
      let ramp = Array(" .:-=+*#%@")
      return pixels.map { pixel in
        String(repeating: ramp[Int(pixel) * (ramp.count - 1) / 255], count: 2)
      }.joined()
    }
    var text = ""
    var current: String?
    for pixel in pixels {
      let background = colors == .sixteen ? sixteen(pixel) : twoHundredFiftySix(pixel)
      // The color is named only where it changes.
      if background != current {
        text += "\u{1B}[\(background)m"
        current = background
      }
      text += "  "
    }
    // Back to the terminal's own, so that the color does not run to the right edge.
    return text + "\u{1B}[0m"
  }

  /// Black, dark gray, light gray, white: the four grays of any terminal with color.
  private static func sixteen(_ pixel: UInt8) -> String {
    ["40", "100", "47", "107"][Int(pixel) * 4 / 256]
  }

  /// Colors 232 to 255 are grays from 8 to 238 in steps of 10; 16 is black and 231 white.
  private static func twoHundredFiftySix(_ pixel: UInt8) -> String {
    switch pixel {
    case ..<4: "48;5;16"
    case 247...: "48;5;231"
    default: "48;5;\(232 + min(23, max(0, (Int(pixel) - 3) / 10)))"
    }
  }
}
