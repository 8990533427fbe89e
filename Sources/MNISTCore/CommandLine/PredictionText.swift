/// What `mnist-predict` prints.
public enum PredictionText {
  /// `Accuracy: 0.9837`, the share of predictions that equal their label.
  public static func accuracy(predicted: [Int], _ labels: [UInt8]) -> String {
    let correct = zip(predicted, labels).count { $0 == Int($1) }
    return "Accuracy: \(NumberText.fixed(Double(correct) / Double(predicted.count)))"
  }

  /// One image, drawn with darker characters for more ink, above its predicted and its true label.
  public static func picture(_ images: ImageSet, index: Int, predicted: Int) -> String {
    // A character is twice as high as it is wide: two for each pixel keep the proportions.
    let ramp = Array(" .:-=+*#%@")
    let pixels = images.pixels[(index * images.imageSize)...].prefix(images.imageSize)
    var text = ""
    for (offset, pixel) in pixels.enumerated() {
      let character = ramp[Int(pixel) * (ramp.count - 1) / 255]
      text += "\(character)\(character)"
      if (offset + 1) % images.width == 0 { text += "\n" }
    }
    return text + "Predict: \(predicted)\nLabel: \(images.labels[index])"
  }
}
