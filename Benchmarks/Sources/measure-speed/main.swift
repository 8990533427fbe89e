// How fast this machine trains, and how much of what it can do that is:
//
//     swift run --package-path Benchmarks -c release measure-speed DATA_DIR [kernels] [epoch] [scaling]
//
// For one thread and for one on each processor: rates of the kernels beside the FMA peak and the copy
// bandwidth measured in turn with them, seconds of an epoch, images a second by batch size and depth.
// Run it on a machine that does nothing else.

import Foundation
import MNISTCore

let arguments = CommandLine.arguments.dropFirst()
let parts = Set(arguments.dropFirst())
guard let directory = arguments.first, parts.isSubset(of: ["kernels", "epoch", "scaling"]) else {
  print("usage: measure-speed DATA_DIR [kernels] [epoch] [scaling]")
  exit(2)
}
func wants(_ part: String) -> Bool { parts.isEmpty || parts.contains(part) }
do {
  let images = try MNISTFolder.load(directory, isTrain: true)
  let all = ThreadPool.current.threadCount
  let counts = all == 1 ? [1] : [1, all]
  print("\(Machine.name), \(all) processors")
  for threads in counts {
    let peaks = (0..<5).map { _ in Machine.peak(threads: threads) / 1e9 }
    print("FMA peak, \(threads) threads: \(fixed(median(peaks), 0, width: 0)) GFLOP/s")
  }
  var numbers = SystemRandomNumberGenerator()
  if wants("epoch") { Epochs.measure(images, threadCounts: counts) }
  if wants("kernels") {
    for threads in counts { Kernels.measure(images, threads: threads, numbers: &numbers) }
  }
  if wants("scaling") { Epochs.scaling(images, threads: all) }
} catch {
  print("measure-speed: error: \(error)")
  exit(1)
}
