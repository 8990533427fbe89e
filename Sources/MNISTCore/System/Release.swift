/// What `--version` prints, in one place for every tool.
package enum Release {
  package static let version = "1.1.0"
}
