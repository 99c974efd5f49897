import Foundation

/// The first word of the command line: a file of items or a subcommand.
///
/// The parser's own completions would offer one or the other.
enum FirstWord {
  private static let subcommands = (PForTUI.subcommands.map(\.name) + ["help"]).sorted()

  /// What a shell offers for the beginning of the word; folders end with a slash.
  static func completions(of prefix: String) -> [String] {
    let folder = prefix.lastIndex(of: "/").map { String(prefix[...$0]) } ?? ""
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)) ?? []
    let files = names.sorted().filter { !$0.hasPrefix(".") }.map { name in
      var isFolder: ObjCBool = false
      let exists = FileManager.default.fileExists(atPath: folder + name, isDirectory: &isFolder)
      return folder + name + (exists && isFolder.boolValue ? "/" : "")
    }
    return (subcommands + files).filter { $0.hasPrefix(prefix) }
  }
}
