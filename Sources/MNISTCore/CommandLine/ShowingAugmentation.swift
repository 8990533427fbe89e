// `mnist-train --show_augmentation FILE`: what is refused, and what is said.

extension TrainOptions {
  /// What other options do not allow of it.
  var augmentationSheetContradiction: UsageError.Problem? {
    guard let path = augmentationSheetPath else { return nil }
    let option = "--show_augmentation"
    let others = [
      ("--resume", resume), ("--lr_find", learningRateCurvePath != nil),
      ("--sweep", sweepPath != nil), ("--print_config", printsConfiguration),
    ]
    if let other = others.first(where: \.1) {
      return .notAllowedWith(option: option, other: other.0)
    }
    guard settings.augmentation != nil else {
      return .notAllowedWithout(option: option, other: "--augment")
    }
    return path.lowercased().hasSuffix(".png")
      ? nil
      : .outOfRange(
        option: option, allowed: "a name that ends in .png", found: PythonSyntax.quoted(path))
  }
}

extension TrainingText {
  /// Where the sheet lies, and how it is read.
  package static func written(_ sheet: AugmentationSheet, to path: String) -> String {
    let images = sheet.imageCount == 1 ? "an image" : "\(sheet.imageCount) images"
    return "\(tool): \(PythonSyntax.escaped(path)) has \(images), and beside each ten variants"
  }

  /// What a recipe stands for, where the command line does not say otherwise; nil without one.
  package static func recipe(_ options: TrainOptions) -> String? {
    guard let recipe = options.recipe, let settings = options.configuration, !options.resume else {
      return nil
    }
    let words = settings.entries.flatMap { entry in
      ["--\(entry.key)"] + (entry.value == "true" ? [] : [entry.value])
    }
    return "\(tool): --recipe \(recipe.rawValue) stands for\n  " + ShellText.line(words)
  }
}
