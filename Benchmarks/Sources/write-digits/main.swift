// Writes the built-in digits as the four files of an IDX set, for programs that cannot draw them:
//
//     swift run --package-path Benchmarks -c release write-digits DIR

import Foundation
import MNISTCore

let arguments = CommandLine.arguments.dropFirst()
guard let directory = arguments.first, arguments.count == 1 else {
  print("usage: write-digits DIR")
  exit(2)
}
do {
  let folder = URL(filePath: directory)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  for (part, isTrain) in [("train", true), ("t10k", false)] {
    let images = BuiltInDigits.make(isTrain: isTrain)
    try Data(images.imagesIDX).write(to: folder.appending(path: "\(part)-images-idx3-ubyte"))
    try Data(images.labelsIDX).write(to: folder.appending(path: "\(part)-labels-idx1-ubyte"))
  }
} catch {
  print("write-digits: error: \(error)")
  exit(1)
}
