/// What the tools print about an error: its own sentence, with the options that lead out of it. The rooms
/// below know no options.
enum ErrorText {
  static func sentence(_ error: any Error) -> String {
    let sentence = "\(error)"
    return switch error {
    case let need as MemoryNeed where need.work == .training:
      adding("; try a smaller --batch_size or fewer layers", to: sentence)
    case let need as MemoryNeed where need.batchSize > 1:
      adding("; try a smaller --batch_size", to: sentence)
    case FileError.notARegularFile(let path, _)
    where FileSystem.exists(RunDirectory.modelPath(in: path)):
      adding(
        "; its model is \(RunDirectory.modelPath(in: path)), and --run_dir takes a run's folder",
        to: sentence)
    case FileError.cannotKeep:
      "\(sentence); move that away, or give --overwrite to keep no model"
    case RunFolderError.noRun:
      adding(", as mnist-train --log_dir writes them", to: sentence)
    case PictureFolderError.sizesDiffer:
      adding("; --image_size 28, or HxW, brings all to one size", to: sentence)
    case PictureFolderError.otherSize(_, let size, _):
      adding("; --image_size \(size.height)x\(size.width) brings them to it", to: sentence)
    case SetFolderError.severalSets:
      adding("; --data_dir takes a CSV or NPZ file too, --dataset a published set", to: sentence)
    case SetFolderError.noLabels(_, isTrain: false):
      adding("; --images predicts them", to: sentence)
    case DataSourceError.notPublished:
      adding(", or use --dataset auto to take it as it is", to: sentence)
    case DataSourceError.noSet(let content) where content.isVacant:
      content.meant.isEmpty && content.isTrain
        ? adding("; --dataset mnist would download MNIST into it", to: sentence) : sentence
    case DataSourceError.notTheModels(_, true, _, _, _, _):
      adding("; --data_dir names their folder", to: sentence)
    case DataSourceError.notTheModels(_, false, _, _, _, _):
      adding("; --data_dir or --dataset takes other images all the same", to: sentence)
    case CheckpointError.otherClasses:
      adding("; a file classes.txt beside the data says what its classes are called", to: sentence)
    case DownloadError.noMirror(_, let folder, _):
      "\(sentence) (by hand: its files go into \(folder), or --mirror names another address that "
        + "has them; --dataset digits needs none)"
    case DownloadError.cannotStore:
      "\(sentence) (by hand: --data_dir names another folder; --dataset digits needs none)"
    default: sentence
    }
  }

  /// Advice belongs into the parentheses that a sentence ends with.
  private static func adding(_ advice: String, to sentence: String) -> String {
    sentence.dropLast() + advice + ")"
  }
}
