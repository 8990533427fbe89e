import Foundation

/// Seconds on a clock that only goes forward.
func now() -> Double { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 }

func median(_ numbers: [Double]) -> Double {
  let sorted = numbers.sorted()
  let middle = sorted.count / 2
  return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/// Seconds of one call, from enough calls to fill some hundredths of a second.
func secondsPerCall(_ body: () -> Void) -> Double {
  var calls = 1
  while true {
    let start = now()
    for _ in 0..<calls { body() }
    let time = now() - start
    if time > 0.03 { return time / Double(calls) }
    calls = max(calls * 2, min(calls * 100, Int(0.04 / max(time, 1e-7)) * calls))
  }
}

/// The same of a body that uses something up; making that does not count.
func secondsPerCall<Input>(preparedBy prepare: () -> Input, _ body: (Input) -> Void) -> Double {
  // The first one fills the memory pool.
  body(prepare())
  var (calls, time) = (0.0, 0.0)
  let start = now()
  while time < 0.03 && now() - start < 0.3 {
    let input = prepare()
    let before = now()
    body(input)
    time += now() - before
    calls += 1
  }
  return time / calls
}

/// The median over some rounds of a rate beside the one it is compared with, measured in turn: the
/// machine's speed moves, and so do both.
func compare(
  rounds: Int = 5, _ rate: () -> Double, with best: () -> Double
) -> (rate: Double, share: Double) {
  let pairs = (0..<rounds).map { _ in (rate(), best()) }
  return (median(pairs.map(\.0)), median(pairs.map { $0 / $1 }))
}

func fixed(_ number: Double, _ digits: Int, width: Int) -> String {
  let text = String(format: "%.\(digits)f", number)
  return String(repeating: " ", count: max(0, width - text.count)) + text
}

func padded(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}
