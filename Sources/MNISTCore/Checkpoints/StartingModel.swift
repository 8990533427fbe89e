// A new run that begins with another model's weights in place of random ones.

extension SavedModel {
  /// What a run with so many classes takes over: weights, biases and running statistics, without those of the last
  /// layer where that has another number of classes.
  func startingWeights(classCount: Int) -> StateDictionary {
    guard classCount != layout.outputSize else { return weights }
    let last = "layers.\(layout.hiddenSizes.count)."
    var state = StateDictionary()
    for name in weights.names where !name.hasPrefix(last) { state[name] = weights[name] }
    return state
  }

  /// What tells runs apart that began with other weights: a CRC-32 of those taken over, whatever file they are in.
  func startingCRC32(classCount: Int) -> UInt32 {
    let weights = startingWeights(classCount: classCount)
    let lines = weights.names.map { name in
      guard let value = weights[name] else { return name }
      let checksum =
        switch value.elements {
        case .float32(let numbers): CRC32.checksum(ofNumbers: numbers)
        case .int64(let numbers): CRC32.checksum(ofNumbers: numbers)
        }
      return "\(name) \(value.shape) \(hexadecimal(checksum))"
    }
    return CRC32.checksum(Array(lines.joined(separator: "\n").utf8))
  }

  /// Refuses a model for images of another size than the run's.
  ///
  /// - Parameter path: the model's, for the sentence.
  func checkStarting(_ size: ImageSize, path: String) throws(StartingModelError) {
    let pixels = size.height * size.width
    if let imageSize, imageSize != size {
      throw .otherImageSize(
        path: path, expected: "\(size.height)×\(size.width)",
        found: "\(imageSize.height)×\(imageSize.width)")
    }
    guard layout.inputSize == pixels else {
      throw .otherImageSize(
        path: path, expected: "\(size.height)×\(size.width), \(pixels) pixels",
        found: "\(layout.inputSize) pixels")
    }
  }
}

extension TrainingRun {
  /// Begins with a model's weights; what was drawn stays only in a last layer for another number of classes. To be
  /// called before training, with a model of the settings' sizes.
  package func start(from saved: SavedModel) {
    let weights = saved.startingWeights(classCount: settings.outputSize)
    var state = model.stateDictionary
    for name in weights.names { state[name] = weights[name] }
    do {
      try model.load(stateDictionary: state)
    } catch {
      stop("a run began with a model of other sizes: \(error)")
    }
  }
}

/// A model that a run cannot begin with.
package enum StartingModelError: Error, Equatable, CustomStringConvertible {
  /// It takes images of another size; what was expected are the run's.
  case otherImageSize(path: String, expected: String, found: String)

  package var description: String {
    switch self {
    case .otherImageSize(let path, let expected, let found):
      "\(path): the model to start from takes images of another size than the data's (expected "
        + "\(expected), found \(found))"
    }
  }
}
