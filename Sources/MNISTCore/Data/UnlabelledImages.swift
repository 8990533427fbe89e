/// Images that are to be predicted: those of a file, or the pictures in a folder. They are read in pieces, so that
/// memory does not grow with their number.
///
/// What a file is, its content tells: images alone in an IDX file, rows of a CSV file, an array of NumPy's, or one
/// picture. Labels beside the images are passed over. Of a folder the pictures right in it are taken, in the order
/// of their names, each brought to the form of the model's images. Hidden files are passed over, and what neither
/// is called like a picture nor is one.
public struct UnlabelledImages {
  /// The file or the folder.
  public let path: String
  /// Rows of pixels in each image.
  public let height: Int
  /// Columns of pixels in each image.
  public let width: Int
  /// The pictures' names in their folder; nil for images in one file.
  public let fileNames: [String]?
  /// Whether the file has labels too.
  package let hasLabels: Bool
  /// How many files of the folder are none of the pictures.
  package let otherFileCount: Int
  /// Pictures in which there is nothing, so far.
  package private(set) var blank = Doubtful()
  /// Pictures of dark ink that were taken as they are, so far.
  package private(set) var inverted = Doubtful()
  private let isRaw: Bool
  /// Whether each image's rows and columns are swapped as it is read.
  package let isSwapped: Bool
  /// What reads a file that is no picture.
  private var reader: (any ImageReader)?
  /// The pictures' places.
  private var picturePaths: [String] = []
  /// How many images have been given.
  package private(set) var position = 0

  /// Pictures whose prediction is doubtful.
  package struct Doubtful: Equatable, Sendable {
    package private(set) var count = 0
    package private(set) var first: String?

    fileprivate mutating func add(_ name: String) {
      count += 1
      first = first ?? name
    }
  }

  /// Finds out what is at `path`. A file that has to be read to its end to be understood is read here.
  ///
  /// - Parameters:
  ///   - isRaw: whether pictures are taken as they are, not fitted; other images always are.
  ///   - isTransposed: whether rows and columns are swapped in images that are no pictures; in EMNIST's files,
  ///     known by their names, they always are.
  ///   - pictureSize: gives the size that pictures are brought to; other images have their own.
  init(
    _ path: String, isRaw: Bool, isTransposed: Bool,
    pictureSize: () throws -> ImageSize
  ) throws {
    (self.path, self.isRaw) = (path, isRaw)
    guard !path.isEmpty else { throw FileError.emptyPath }
    isFolder = try FileSystem.isDirectory(path) == true
    if isFolder {
      let (pictures, otherFileCount) = try Self.pictures(in: path)
      let base = FileSystem.withSlash(path)
      (fileNames, picturePaths) = (pictures, pictures.map { base + $0 })
      self.otherFileCount = otherFileCount
    } else {
      let file = try FileBytes(path, limit: .max)
      otherFileCount = 0
      if PictureFile.recognizes(try file.read(16)) {
        (fileNames, picturePaths) = ([path], [path])
      } else {
        fileNames = nil
        do {
          reader = try ImageFile.reader(file)
        } catch ImageFileError.unknown(_, let found) {
          throw UnlabelledImagesError.unknown(path: path, found: found)
        }
      }
    }
    hasLabels = reader?.hasLabels ?? false
    guard let reader else {
      isSwapped = false
      let size = try pictureSize()
      (height, width) = (size.height, size.width)
      return
    }
    isSwapped = isTransposed || PublishedSet.isTransposed(inFile: path)
    (height, width) =
      isSwapped ? (reader.width, reader.height) : (reader.height, reader.width)
  }

  /// Whether the path is a folder's.
  package let isFolder: Bool

  /// Whether the images are pictures, which can be taken as they are or fitted.
  package var arePictures: Bool { fileNames != nil }

  var size: ImageSize { ImageSize(height: height, width: width) }

  /// The pixels of the next images, as many as `count` or all that are left: `[…, height, width]`; nil where none
  /// is left. Throws what is wrong with the file, or with a picture.
  mutating func next(_ count: Int) throws -> [UInt8]? {
    let pixels =
      arePictures
      ? try pixels(ofPictures: picturePaths.dropFirst(position).prefix(count))
      : try reader?.next(count).map {
        isSwapped ? ImageSet.transposed($0.pixels, height: width, width: height) : $0.pixels
      }
    position += (pixels?.count ?? 0) / (height * width)
    return pixels
  }

  private mutating func pixels(ofPictures paths: ArraySlice<String>) throws -> [UInt8]? {
    guard !paths.isEmpty else { return nil }
    let (height, width, isRaw) = (height, width, isRaw)
    let images = try PictureFile.images(paths) { picture, path in
      isRaw
        ? try ModelImage(raw: picture, height: height, width: width, path: path)
        : ModelImage(fitting: picture, height: height, width: width)
    }
    for (path, image) in zip(paths, images) {
      if image.isBlank { blank.add(path) } else if isRaw, image.isInverted { inverted.add(path) }
    }
    return images.flatMap(\.pixels)
  }

  // MARK: - Folders

  static func pictures(
    in folder: String, limit: Int = PictureFolder.Layout.fileLimit
  ) throws -> (names: [String], otherCount: Int) {
    let all = try FileSystem.names(in: folder, limit: limit + 1)
    guard all.count <= limit else {
      throw UnlabelledImagesError.tooManyFiles(path: folder, limit: limit)
    }
    let base = FileSystem.withSlash(folder)
    let shown = all.filter { !PictureFolder.Layout.isIgnored($0) }
    let names = try shown.filter { try isPicture($0, base + $0) }
    guard !names.isEmpty else {
      throw UnlabelledImagesError.noPictures(path: folder, otherCount: shown.count)
    }
    return (names, shown.count - names.count)
  }

  /// Whether something is a picture, also one of a form that cannot be read.
  private static func isPicture(_ name: String, _ path: String) throws -> Bool {
    guard try FileSystem.isDirectory(path) == false else { return false }
    if PictureFolder.Layout.isPictureName(name) { return true }
    guard let start = try? FileBytes(path, limit: .max).read(16) else { return false }
    return PictureFile.recognizes(start)
  }
}

/// What can be wrong with images that are to be predicted, beside what is wrong with one of them.
package enum UnlabelledImagesError: Error, Equatable, CustomStringConvertible {
  /// A file of no form that is known; `found` is a noun with its article, nil where nothing tells what it is.
  case unknown(path: String, found: String?)
  /// A folder without pictures right in it.
  case noPictures(path: String, otherCount: Int)
  /// A folder with more files than are read.
  case tooManyFiles(path: String, limit: Int)

  /// One sentence with the path.
  package var description: String {
    switch self {
    case .unknown(let path, let found):
      "\(path): no images that can be read (expected PNG, PGM, PPM, IDX, CSV, NPZ or NPY"
        + (found.map { ", found \($0))" } ?? ")")
    case .noPictures(let path, let count):
      "\(path): no pictures (expected PNG, PGM or PPM right in the folder, found "
        + (count == 0 ? "nothing)" : "\(count) other files or folders)")
    case .tooManyFiles(let path, let limit):
      "\(path): too many files (expected at most \(limit), found more)"
    }
  }
}
