/// What `--version` prints, in one place for every tool.
public enum Release {
  public static let version = "1.0.0"
}
