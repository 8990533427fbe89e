/// What `mnist-predict` prints.
package enum PredictionText {
  /// `Accuracy: 0.9837`, the share of predictions that equal their label.
  package static func accuracy(predicted: [Int], _ labels: [UInt8]) -> String {
    let correct = zip(predicted, labels).count { $0 == Int($1) }
    return "Accuracy: \(NumberText.fixed(Double(correct) / Double(predicted.count)))"
  }

  /// One image, drawn above its predicted and its true label.
  package static func picture(
    _ images: ImageSet, index: Int, predicted: Int, colors: TerminalColors = .none
  ) -> String {
    let pixels = images.pixels[(index * images.imageSize)...].prefix(images.imageSize)
    return TerminalPicture.text(pixels, width: images.width, colors: colors)
      + "\nPredict: \(name(of: predicted, images.classNames))"
      + "\nLabel: \(name(of: Int(images.labels[index]), images.classNames))"
  }

  /// What a class is called. Names may be a stranger's.
  static func name(of label: Int, _ names: [String]?) -> String {
    PythonSyntax.escaped(ClassNames.name(of: label, in: names))
  }

  /// Of answers that are means of nine; nil where they are not.
  package static func shifts(_ options: PredictOptions) -> String? {
    options.averagesShifts
      ? "\(PredictOptions.toolName): each answer is the mean of nine, for the image and its shifts by a pixel"
      : nil
  }

  /// Of more test images than there are; nil where they were not asked for.
  package static func clippedTestCount(_ asked: Int?, to count: Int) -> String? {
    guard let asked, asked > count else { return nil }
    return
      "\(PredictOptions.toolName): --n_test \(asked) is more than the test images: all \(count) are "
      + "measured"
  }

  /// Of a log that may be another run's: weights alone do not say what they were trained with.
  package static func unknownLog(_ directory: String, of path: String) -> String {
    "\(PythonSyntax.escaped(path)) holds weights alone, which do not tell whether "
      + "\(PythonSyntax.escaped(directory)) is the log of their run"
  }

  /// Of weights in a number format that is not computed in; nil of others.
  package static func convertedTypes(
    of model: SavedModel, in path: String, tool: String = PredictOptions.toolName
  ) -> String? {
    let types = model.convertedTypes
    guard !types.isEmpty else { return nil }
    return "\(tool): \(PythonSyntax.escaped(path)): its "
      + "\(types.joined(separator: " and ")) weights are used as float32"
  }

  /// Of classes that only the data names; nil where the model does, or nothing.
  package static func classesByOrder(_ model: SavedModel, _ data: LoadedImages) -> String? {
    guard model.classNames == nil, let names = data.images.classNames else { return nil }
    let list = names.enumerated().prefix(20).map {
      "\($0.offset) is \(PythonSyntax.escaped($0.element))"
    }
    return "the model does not say what its classes are called: as in the data, "
      + list.joined(separator: ", ") + (names.count > 20 ? ", …" : "")
  }

  // MARK: One classification

  /// `three.png: 3 (0.9987), then 5 (0.0008), 8 (0.0003)`, or with names `three.png: three (0.9987), …`.
  package static func line(
    _ name: String, _ classification: Classification, names: [String]? = nil
  ) -> String {
    func text(_ label: Int) -> String {
      "\(self.name(of: label, names)) (\(NumberText.fixed(Double(classification.probabilities[label]))))"
    }
    let ranking = classification.ranking
    let others = ranking.filter { $0 != classification.predicted }.prefix(2).map(text)
    return "\(PythonSyntax.escaped(name)): \(text(classification.predicted))"
      + (others.isEmpty ? "" : ", then \(others.joined(separator: ", "))")
  }

  /// The last line of JSON: how many there were and, with labels, how many were right.
  ///
  /// - Parameter data: test images that were asked for by name: the line then says which they are, and
  ///   whether they are the model's own, `null` where that is not known.
  package static func jsonSummary(
    count: Int, failures: Int = 0, accuracy: Proportion?, data: LoadedImages? = nil
  ) -> String {
    var members = ["\"summary\":true", "\"count\":\(count)"]
    if let data {
      let isOwn =
        switch data.kinship {
        case .own?: "true"
        case .other?: "false"
        case .unknown?, nil: "null"
        }
      members += ["\"data\":\(JSONText.quoted("\(data.origin)"))", "\"own_data\":\(isOwn)"]
    }
    if failures > 0 { members.append("\"failures\":\(failures)") }
    if let accuracy {
      let interval = accuracy.interval95
      members += [
        "\"correct\":\(accuracy.successes)", "\"accuracy\":\(accuracy.value)",
        "\"interval_95\":[\(interval.lowerBound),\(interval.upperBound)]",
      ]
    }
    return "{\(members.joined(separator: ","))}"
  }

  /// Which page is to be opened.
  package static func written(reportIn directory: String) -> String {
    let page = FileSystem.withSlash(directory) + "report.html"
    return "\(PredictOptions.toolName): the report is \(PythonSyntax.escaped(page))"
  }

  /// Accuracy with Wilson's interval, and the three pairs most often confused.
  ///
  /// `0.9837, 95 % interval 0.9810 to 0.9860 (163 of 10000 wrong); most confused: 4 as 9 (18), 7 as 2 (12)`
  package static func summary(_ confusion: ConfusionMatrix, names: [String]? = nil) -> String {
    let accuracy = confusion.accuracy
    let pairs = confusion.confusions.prefix(3).map {
      "\(name(of: $0.label, names)) as \(name(of: $0.predicted, names)) (\($0.count))"
    }
    let interval = accuracy.interval95
    return
      "\(NumberText.fixed(accuracy.value)), 95 % interval \(NumberText.fixed(interval.lowerBound)) to "
      + "\(NumberText.fixed(interval.upperBound)) (\(accuracy.trials - accuracy.successes) of \(accuracy.trials) wrong)"
      + (pairs.isEmpty ? "" : "; most confused: \(pairs.joined(separator: ", "))")
  }

  /// What a person should know of a picture before believing its prediction; nil if nothing.
  package static func warning(_ name: String, _ image: ModelImage, isRaw: Bool) -> String? {
    image.doubt(isRaw: isRaw).map { "\(PythonSyntax.escaped(name)): \($0)" }
  }
}

extension PredictOptions {
  /// What a report says besides its figures.
  ///
  /// - Parameter day: on which it is made.
  package func facts(
    of model: SavedModel, _ data: LoadedImages, day: String
  ) -> [(name: String, value: String)] {
    [
      ("Model", modelPath), ("Data", "\(data)"), ("Seed", model.settings.map { "\($0.seed)" }),
      ("Epochs", model.place.map { "\($0.epoch)" }),
      ("Answers", averagesShifts ? "means over nine shifts" : nil), ("Date", day),
      ("Version", "\(Self.toolName) \(Release.version)"),
    ].compactMap { name, value in value.map { (name, $0) } }
  }
}
