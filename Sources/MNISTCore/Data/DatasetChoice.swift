/// Which images a run is about: the values of `--dataset`.
public enum DatasetChoice: String, CaseIterable, Sendable {
  /// The IDX set in the data folder, whatever it is; where there is none, MNIST.
  case auto
  case mnist
  case fashionMNIST = "fashion-mnist"
  /// Made by `BuiltInDigits`.
  case digits
}
