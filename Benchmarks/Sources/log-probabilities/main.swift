// Writes what a model answers for the test set, as little-endian float32 [images, classes], for
// check_with_pytorch.py:
//
//     swift run --package-path Benchmarks -c release log-probabilities MODEL DATA_DIR FILE

import Foundation
import MNISTCore

let arguments = CommandLine.arguments.dropFirst()
guard arguments.count == 3 else {
  print("usage: log-probabilities MODEL DATA_DIR FILE")
  exit(2)
}
let (model, directory, file) = (arguments[1], arguments[2], arguments[3])
do {
  let saved = try SavedModel(readingFrom: model)
  let images = ImageDataset(try saved.testImages(in: directory))
  let classifier = saved.makeModel()
  var data = Data()
  for batch in DataLoader(images, batchSize: 256) {
    for number in classifier.logProbabilities(of: batch.inputs).numbers {
      withUnsafeBytes(of: number.bitPattern.littleEndian) { data.append(contentsOf: $0) }
    }
  }
  try data.write(to: URL(fileURLWithPath: file))
} catch {
  print("log-probabilities: error: \(error)")
  exit(1)
}
