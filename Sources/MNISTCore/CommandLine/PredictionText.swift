/// What `mnist-predict` prints.
public enum PredictionText {
  /// `Accuracy: 0.9837`, the share of predictions that equal their label.
  public static func accuracy(predicted: [Int], _ labels: [UInt8]) -> String {
    let correct = zip(predicted, labels).count { $0 == Int($1) }
    return "Accuracy: \(NumberText.fixed(Double(correct) / Double(predicted.count)))"
  }

  /// One image, drawn above its predicted and its true label.
  public static func picture(
    _ images: ImageSet, index: Int, predicted: Int, colors: TerminalColors = .none
  ) -> String {
    let pixels = images.pixels[(index * images.imageSize)...].prefix(images.imageSize)
    return TerminalPicture.text(pixels, width: images.width, colors: colors)
      + "\nPredict: \(predicted)\nLabel: \(images.labels[index])"
  }
}
