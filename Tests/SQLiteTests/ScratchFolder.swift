import Foundation
import OSText

/// A folder that is removed with its value.
final class ScratchFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "pfor-sqlite-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { OSFile.removeFolder(path) }
}
