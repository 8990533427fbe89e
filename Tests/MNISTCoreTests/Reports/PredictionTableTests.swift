import Testing

@testable import MNISTCore

private let ownNames = ["=cat", "b", "c"]

@Suite struct PredictionTableTests {
  private let answer = Classification(index: 0, label: nil, probabilities: [0.75, 0.125, 0.125])

  /// A published set's classes are numbers to Kaggle, whatever they are called; those of one's own have names.
  @Test(
    arguments: [
      (nil, .auto, "predicted,probability\n", "0,0.75\n", "0\n"),
      (ownNames, .auto, "predicted,class,probability\n", "0,'=cat,0.75\n", "'=cat\n"),
      (ownNames, .fashionMNIST, "predicted,class,probability\n", "0,'=cat,0.75\n", "0\n"),
    ] as [([String]?, DatasetChoice, String, String, String)])
  func aRowHasTheClassAndItsName(
    _ names: [String]?, _ dataset: DatasetChoice, _ header: String, _ row: String, _ label: String
  ) throws {
    var checkpoint = try SmallSets.checkpoint()
    (checkpoint.settings.classNames, checkpoint.settings.dataset) = (names, dataset)
    let model = SavedModel(checkpoint)
    let files = [
      "images": SmallSets.fields(4, height: 2, width: 3, classes: 3).imagesIDX,
      "p/a,b.pgm": Array("P2 1 1 1 1\n".utf8),
    ]
    try SmallSets.withFolder(files) { folder in
      let images = try model.images(at: "\(folder)/images")
      let rows = PredictionTable(.csv, images, model)
      #expect(rows.header == "index,\(header)" && rows.line(answer) == "0,\(row)")
      let labels = PredictionTable(.kaggle, images, model)
      #expect(labels.header == "ImageId,Label\n" && labels.line(answer) == "1,\(label)")
      let pictures = PredictionTable(.csv, try model.images(at: "\(folder)/p"), model)
      #expect(pictures.header == "file,\(header)" && pictures.line(answer) == "\"a,b.pgm\",\(row)")
    }
  }
}
