/// What both tools print about their images. Names of folders in it may be a stranger's: what could
/// steer a terminal is escaped.
package enum DataText {
  /// `Data: MNIST (data/MNIST/raw)`
  package static func line(_ data: LoadedImages) -> String {
    "Data: \(PythonSyntax.escaped("\(data)"))"
  }

  /// What is odd about the images, a line each. A published set is what was meant: EMNIST's letters begin at 1.
  static func warnings(_ data: LoadedImages, isTrain: Bool) -> [String] {
    let isPublished = if case .published = data.origin { true } else { false }
    return ((isPublished ? [] : data.images.oddities(isTrain: isTrain)) + data.oddities)
      .map { "\(PythonSyntax.escaped(data.origin.place)): \($0)" }
  }

  /// Nil where the images are what was asked for.
  static func warning(_ origin: DataOrigin) -> String? {
    guard case .digits(let missing?) = origin else { return nil }
    return "WARNING: this run does not use MNIST but built-in digits: "
      + PythonSyntax.escaped(ErrorText.sentence(missing))
  }

  static func line(_ event: DownloadEvent) -> String {
    switch event {
    case .started(let set, let folder):
      "downloading \(set) into \(PythonSyntax.escaped(folder))"
    case .progress(let file, let received):
      "\(file): \(received / 1_000) kB"
    case .failed(let failure):
      PythonSyntax.escaped("\(failure)")
    case .finished(let set, let folder):
      "\(set) is complete in \(PythonSyntax.escaped(folder))"
    }
  }

  /// The same as a progress line, with room for the `^C` that a terminal shows.
  static func line(_ event: DownloadEvent, columns: Int) -> String {
    String(line(event).prefix(max(0, columns - 3)))
  }
}

extension Console {
  /// Tells on standard error how a download goes; its progress only on a terminal.
  package mutating func report(_ event: DownloadEvent) {
    if case .started = event { hasDownloaded = true }
    if case .progress = event {
      progress { DataText.line(event, columns: $0) }
    } else {
      write("\(tool): \(DataText.line(event))")
    }
  }

  /// Tells of options that the data has made void: a mirror where nothing was to be downloaded, a size where the
  /// images are no pictures, a transposition where nothing was read.
  package mutating func note(unusedOptionsOf options: some ToolOptions, _ data: LoadedImages) {
    let place = PythonSyntax.escaped(data.origin.place)
    if options.preparation.pictureSize != nil, data.preparation.pictureSize == nil {
      warnAlsoAtEnd("--image_size has no effect: the images are no pictures (\(place))")
    }
    if options.preparation.isTransposed, !data.preparation.isTransposed {
      warnAlsoAtEnd("--transpose has no effect: the images are not one's own (\(place))")
    }
    if case .digits = data.origin { return }
    guard options.mirror != nil, !hasDownloaded else { return }
    note("\(tool): --mirror has no effect: the data was there (\(place))")
  }

  /// Warns where the images are not what was asked for, or are odd.
  package mutating func warn(about data: LoadedImages, isTrain: Bool) {
    if let warning = DataText.warning(data.origin) { note("\(tool): \(warning)") }
    for warning in DataText.warnings(data, isTrain: isTrain) { warn(warning) }
  }
}
