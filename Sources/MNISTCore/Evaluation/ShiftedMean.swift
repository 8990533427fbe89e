/// A classifier that answers with the mean of another's probabilities for nine images: the image itself, and shifted by a
/// pixel each way, edges and corners. What a shift brings in is 0, the background.
///
/// The answer is the logarithm of (1/9) Σ exp(the other's answer), `[rows, classes]`.
package final class ShiftedMean: Module {
  package var isTraining = false
  private let model: any Module
  private let size: ImageSize

  /// - Parameters:
  ///   - model: takes images of `size` as rows, and answers with logarithms of probabilities.
  package init(_ model: any Module, size: ImageSize) {
    self.model = model
    self.size = size
  }

  package func callAsFunction(_ input: Tensor) -> Tensor {
    require(
      input.shape.count == 2 && input.shape[1] == size.height * size.width,
      "images of \(size) are rows of \(size.height * size.width), not \(input.shape)")
    let numbers = input.numbers
    let answers = (0..<9).map { place in
      let shifted = shifted(numbers, down: place / 3 - 1, right: place % 3 - 1)
      let images = Tensor(shape: input.shape, storage: input.device.upload(shifted))
      return model(images).exponential()
    }
    return (answers.dropFirst().reduce(answers[0], +) / 9).logarithm()
  }

  private func shifted(_ numbers: [Float], down: Int, right: Int) -> [Float] {
    let (height, width) = (size.height, size.width)
    var result = [Float](repeating: 0, count: numbers.count)
    for image in stride(from: 0, to: numbers.count, by: height * width) {
      for row in max(0, down)..<min(height, height + down) {
        let (to, from) = (image + row * width, image + (row - down) * width - right)
        for column in max(0, right)..<min(width, width + right) {
          result[to + column] = numbers[from + column]
        }
      }
    }
    return result
  }
}
