/// What is odd about images that can be read. They are used as they are, but may not be what was meant.
public enum Oddity: Equatable, Sendable, CustomStringConvertible {
  /// All images have this label.
  case oneClass(UInt8)
  /// The smallest label is not 0.
  case labelsFrom(UInt8)
  /// Labels between the smallest and the largest that no image has.
  case unusedLabels([UInt8])
  /// No pixel is brighter than this.
  case dark(brightest: UInt8)
  /// So many pictures show nothing, of which this is the first.
  case blankPictures(Int, first: String)
  /// So many of the pictures, which are taken as they are, show dark ink on light paper.
  case darkOnLight(Int, of: Int)

  /// A sentence without a name.
  public var description: String {
    switch self {
    case .oneClass(let label):
      "every label is \(label): there is nothing to tell apart"
    case .labelsFrom(let label):
      "the labels begin at \(label) (expected 0): no image is of the "
        + (label == 1 ? "class 0" : "classes below")
    case .unusedLabels(let labels):
      "no image has the label " + labels.prefix(5).map(String.init).joined(separator: ", ")
        + (labels.count > 5 ? " …" : "")
    case .dark(0): "every pixel is 0"
    case .dark(let brightest):
      "the brightest pixel is \(brightest) (expected 255): every pixel is divided by 255"
    case .blankPictures(1, let first): "a picture is blank, \(first)"
    case .blankPictures(let count, let first): "\(count) pictures are blank, such as \(first)"
    case .darkOnLight(let count, let all):
      "\(count) of \(all) pictures are dark on light, and are taken as they are"
    }
  }
}

extension ImageSet {
  /// What is odd about the set.
  ///
  /// - Parameter isTrain: whether it is to be trained on: a few test images may well lack a class.
  public func oddities(isTrain: Bool) -> [Oddity] {
    var oddities: [Oddity] = []
    let used = Set(labels)
    if let first = used.min(), used.count == 1 {
      oddities.append(.oneClass(first))
    } else if isTrain, let first = used.min(), let last = used.max() {
      // EMNIST's letters begin at 1, and class 0 has this name there.
      if first > 0, classNames?.first != "N/A" { oddities.append(.labelsFrom(first)) }
      let unused = (first...last).filter { !used.contains($0) }
      if !unused.isEmpty { oddities.append(.unusedLabels(unused)) }
    }
    // Half of the brightest: whoever counts to 255 comes that far.
    let brightest = pixels.max() ?? 0
    if brightest < 128 { oddities.append(.dark(brightest: brightest)) }
    return oddities
  }
}
