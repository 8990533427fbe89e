// A model's own data: the set whose training files it was trained on, told by their checksums.

/// How test images stand to a model.
public enum DataKinship: Equatable, Sendable {
  /// They belong to the images that it was trained on.
  case own
  /// They belong to others; `trainedOn` says to which it was trained on.
  case other(trainedOn: String)
  /// There is nothing to tell it by.
  case unknown
}

extension DataSource {
  /// The training or the test images for a model that was trained on the data with this `identity`, nil
  /// where its file does not say.
  ///
  /// Where neither a set nor a folder was named, these are the model's own or none. Else they are what was
  /// named, whatever the model was trained on; `kinship` says how they stand to it. Every label must be
  /// below `classes`.
  public func images(
    of identity: DataIdentity?, isTrain: Bool, classes: Int? = nil,
    report: (DownloadEvent) -> Void = { _ in }
  ) throws -> LoadedImages {
    var source = self
    source.preparation.pictureSize = preparation.pictureSize ?? identity?.preparation.pictureSize
    if identity?.preparation.isTransposed == true { source.preparation.isTransposed = true }
    return try source.preparedImages(
      of: identity, isTrain: isTrain, classes: classes, report: report)
  }

  private func preparedImages(
    of identity: DataIdentity?, isTrain: Bool, classes: Int?, report: (DownloadEvent) -> Void
  ) throws -> LoadedImages {
    if let choice, choice != .auto {
      let data = try named(choice, isTrain: isTrain, classes: classes, report: report)
      return withKinship(data, to: identity, isTrain: isTrain)
    }
    guard let identity else {
      if let found = try filesInFolder(isTrain: isTrain, classes: classes) { return found }
      throw try noSet(isTrain: isTrain)
    }
    if identity.isDigits, !isNamed {
      return withKinship(
        try digits(isTrain: isTrain, classes: classes), to: identity, isTrain: isTrain)
    }
    if let own = try ownFiles(identity, isTrain: isTrain, classes: classes) { return own }
    let found = try filesInFolder(isTrain: isTrain, classes: isNamed ? classes : nil)
    if isNamed, let found { return withKinship(found, to: identity, isTrain: isTrain) }
    guard directory == nil else { throw try noSet(isTrain: isTrain) }
    if identity.isDigits {
      return withKinship(
        try digits(isTrain: isTrain, classes: classes), to: identity, isTrain: isTrain)
    }
    var reason: String?
    if let set = publishedSet(identity) ?? sets[identity.dataset] {
      do {
        let own = try ownPart(of: set, identity, isTrain: isTrain) {
          try published(
            set, isTrain: $0, classes: $0 == isTrain ? classes : nil, report: report)
        }
        if let own { return own }
        reason = "\(set.name) as it was published is not what it was trained on"
      } catch  where found != nil {
        // The sentence must name what lies in its place too.
        reason = "\(error)"
      }
    }
    throw DataSourceError.notTheModels(
      path: folder, isTrain: isTrain, expected: description(of: identity),
      found: found.map { "\($0.origin)" },
      searched: ["\(folder) with its subfolders"] + placesElsewhere(identity), reason: reason)
  }

  // MARK: - The search

  private var isNamed: Bool { choice != nil || directory != nil }

  private func publishedSet(_ identity: DataIdentity) -> PublishedSet? {
    [mnist, fashionMNIST].first {
      $0.train.matches(
        imagesCRC32: identity.imagesCRC32, labelsCRC32: identity.labelsCRC32)
    }
  }

  private func description(of identity: DataIdentity) -> String {
    if identity.isDigits { return "built-in digits" }
    return publishedSet(identity)?.name ?? sets[identity.dataset]?.name
      ?? "a set with the CRC-32s \(hexadecimal(identity.imagesCRC32)) and "
      + "\(hexadecimal(identity.labelsCRC32)) of its training images and labels"
  }

  /// Where the set of this identity lies as a rule.
  private func places(of identity: DataIdentity) -> [String] {
    let base = FileSystem.withSlash(folder)
    let set = publishedSet(identity)
    let subfolders = [set, mnist].compactMap { $0?.subfolder }
    return subfolders.map { base + $0 } + [folder]
  }

  /// Where it may lie outside the folder, unless that was named.
  private func placesElsewhere(_ identity: DataIdentity) -> [String] {
    guard directory == nil else { return [] }
    return (publishedSet(identity)?.installedFolders ?? []) + [identity.folder].compactMap(\.self)
  }

  /// The model's own set from the first place that has it.
  private func ownFiles(
    _ identity: DataIdentity, isTrain: Bool, classes: Int?
  ) throws -> LoadedImages? {
    func own(in place: String) throws -> LoadedImages? {
      guard let found = try found(at: place, isTrain: isTrain),
        var data = try ownFiles(found, identity, isTrain: isTrain)
      else { return nil }
      try ImageSet.check(data.images.labels, below: classes, path: found.labelsPlace)
      data.kinship = .own
      return data
    }
    if let set = sets[identity.dataset], publishedSet(identity) == nil {
      for place in [folder] + placesElsewhere(identity) {
        let data = try ownPart(of: set, identity, isTrain: isTrain) {
          try publishedFiles(
            set, in: place, isTrain: $0, classes: $0 == isTrain ? classes : nil)
        }
        if let data { return data }
      }
    }
    for place in places(of: identity) {
      if let data = try own(in: place) { return data }
    }
    // What is wrong with sets that are not looked for as a rule does not matter.
    for place in FolderContent.folders(below: folder) + placesElsewhere(identity) {
      do {
        if let data = try own(in: place) { return data }
      } catch  where place == identity.folder && publishedSet(identity) == nil {
        // The set was there: nobody else has it.
        throw error
      } catch {}
    }
    return nil
  }

  /// What is in this very place; nil also where that is more than one set, or only the other part of one.
  private func found(at place: String, isTrain: Bool) throws -> FoundSet? {
    do {
      return try SetFolder.find(at: place, isTrain: isTrain)
    } catch is SetFolderError {
      return nil
    }
  }

  /// The part of a published set, nil where it is not the model's own. Of a set whose CRC-32s are not known, the
  /// training part tells it.
  ///
  /// - Parameter load: gives the training or the test part, nil where it is not there.
  private func ownPart(
    of set: PublishedSet, _ identity: DataIdentity, isTrain: Bool,
    _ load: (_ isTrain: Bool) throws -> LoadedImages?
  ) throws -> LoadedImages? {
    var data: LoadedImages?
    if publishedSet(identity) == nil {
      do {
        data = try load(true)
      } catch  where isNamed && !isTrain {
        // As below.
        return nil
      }
      guard let training = data, identity.isOf(training.images) else { return nil }
    }
    if !isTrain || data == nil { data = try load(isTrain) }
    data?.kinship = .own
    return data
  }

  /// The images of what was found, nil where they are not the model's own.
  private func ownFiles(
    _ found: FoundSet, _ identity: DataIdentity, isTrain: Bool
  ) throws -> LoadedImages? {
    // Published test images are known by themselves.
    if !isTrain, let set = publishedSet(identity), case .idx = found.form {
      let data = try load(found)
      if case .published(set.name, _) = data.origin { return data }
    }
    var training: LoadedImages?
    func loadTraining(_ found: FoundSet) throws -> LoadedImages {
      let images = try load(found)
      training = images
      return images
    }
    do {
      guard let part = try found.part(isTrain: true),
        try identity.isOf(part, preparation, load: loadTraining)
      else { return nil }
    } catch  where isNamed && !isTrain {
      // Training images that cannot be read are no reason not to use the test images.
      return nil
    }
    if isTrain, let training { return training }
    return try load(found)
  }

  private func withKinship(
    _ data: LoadedImages, to identity: DataIdentity?, isTrain: Bool
  ) -> LoadedImages {
    guard let identity, !isTrain else { return data }
    var data = data
    data.kinship = kinship(of: data, to: identity)
    return data
  }

  private func kinship(of data: LoadedImages, to identity: DataIdentity) -> DataKinship {
    let other = DataKinship.other(trainedOn: description(of: identity))
    switch data.origin {
    case .digits:
      return identity.isDigits || identity.isOf(BuiltInDigits.make(isTrain: true)) ? .own : other
    case .published, .unverified, .files, .other:
      let name = data.origin.publishedName
      let isPublished = name != nil
      if isPublished, publishedSet(identity)?.name == name { return .own }
      if let choice, let set = sets[choice], set.train.images.digests.crc32 == nil {
        if let training = try? publishedFiles(set, isTrain: true) {
          return identity.isOf(training.images) ? .own : other
        }
        let isKnown = publishedSet(identity) != nil || identity.dataset != .auto
        return isKnown && identity.dataset != choice ? other : .unknown
      }
      if let training = try? data.source?.part(isTrain: true) {
        return (try? identity.isOf(training, preparation) { try load($0) })
          .map { $0 ? .own : other } ?? .unknown
      }
      return isPublished || publishedSet(identity) != nil || identity.isDigits ? other : .unknown
    }
  }
}
