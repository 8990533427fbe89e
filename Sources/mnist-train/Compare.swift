import MNISTCore

/// Prints a table of logged runs. Of a folder that holds none it tells why, and goes on.
func compareRuns(in folders: [String], _ console: inout Console) {
  var runs: [LoggedRun] = []
  for folder in folders {
    do {
      runs.append(try LoggedRun(readingFrom: folder))
    } catch {
      console.failAndGoOn(error)
    }
  }
  if !runs.isEmpty { console.print(ComparisonText.table(RunComparison(runs))) }
}
