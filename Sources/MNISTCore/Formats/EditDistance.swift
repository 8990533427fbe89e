/// The least number of letters to insert, delete or replace that turns one word into the other.
func editDistance<Letter: Equatable>(_ first: [Letter], _ second: [Letter]) -> Int {
  // row[j] is the distance from the letters of `first` seen so far to the first j of `second`.
  var row = Array(0...second.count)
  for (i, letter) in first.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, other) in second.enumerated() {
      let replaced = diagonal + (letter == other ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(replaced, diagonal + 1, row[j] + 1)
    }
  }
  return row[second.count]
}
