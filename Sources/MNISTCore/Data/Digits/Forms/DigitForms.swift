/// The forms of each digit, as people write them.
enum DigitForms {
  /// Ten lists: the forms of 0, of 1 and so on.
  static let all: [[DigitForm]] = [
    zeros, ones, twos, threes, fours, fives, sixes, sevens, eights, nines,
  ]

  typealias Stroke = DigitForm.Stroke
}
