/// Settings that do well together, by name: a file for `--config` that comes with the tool. docs/accuracy.md says what each
/// of them brings.
enum Recipe: String, CaseIterable, Sendable {
  /// The most that the usual network reaches, in some ten minutes on two cores with MNIST.
  case best
  /// Nearly that, in some two minutes.
  case quick

  /// In the order of the options.
  private var settings: [(name: String, value: String)] {
    [
      ("train_ratio", "0.9"), ("batch_size", "512"),
      ("n_epochs", self == .best ? "350" : "70"),
      ("label_smoothing", "0.1"), ("augment", "affine,elastic"), ("learning_rate", "0.008"),
      ("weight_decay", "0.025"), ("decoupled_weight_decay", "true"), ("lr_schedule", "cosine"),
      ("warmup_epochs", self == .best ? "10" : "3"), ("lr_per_batch", "true"),
    ]
  }

  /// What the command line wins over.
  var file: SettingsFile {
    SettingsFile(
      named: "--recipe \(rawValue)",
      entries: settings.map { SettingsFile.Entry(key: $0.name, value: $0.value, line: 0) })
  }
}
