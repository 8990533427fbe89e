// How fast this machine trains, and how much of what it can do that is:
//
//     swift run --package-path Benchmarks -c release measure-speed DATA_DIR [PART…]
//
// The parts, all of them if none is named: `epoch`, seconds of an epoch of the default run; `network`, the
// matrix products of its layers; `sizes`, products from 1 to 4096; `adam`; each for one thread and for one on
// each processor, beside the FMA peak or the bandwidth measured in turn with them. `scaling`: images a second
// by batch size and depth. Run it on a machine that does nothing else.

import Foundation
import MNISTCore

let known = ["epoch", "network", "sizes", "adam", "scaling"]
let arguments = CommandLine.arguments.dropFirst()
let parts = arguments.dropFirst().isEmpty ? Set(known) : Set(arguments.dropFirst())
guard let directory = arguments.first, parts.isSubset(of: known) else {
  print("usage: measure-speed DATA_DIR [" + known.joined(separator: "] [") + "]")
  exit(2)
}
do {
  let images = try MNISTFolder.load(directory, isTrain: true)
  let all = ThreadPool.current.threadCount
  let counts = all == 1 ? [1] : [1, all]
  print("\(Machine.name), \(all) processors")
  for threads in counts {
    let peaks = (0..<5).map { _ in Machine.peak(threads: threads) / 1e9 }
    print("FMA peak, \(threads) threads: \(fixed(median(peaks), 0, width: 0)) GFLOP/s")
  }
  fflush(nil)
  if parts.contains("epoch") { try Epochs.measure(images, threadCounts: counts) }
  for threads in counts {
    ThreadPool.use(threadCount: threads) {
      if parts.contains("network") { Kernels.network(images, threads: threads) }
      if parts.contains("sizes") { Kernels.sizes(threads: threads) }
      if parts.contains("adam") { Kernels.adam(threads: threads) }
    }
    fflush(nil)
  }
  if parts.contains("scaling") { Epochs.scaling(images, threads: all) }
} catch {
  print("measure-speed: error: \(error)")
  exit(1)
}
