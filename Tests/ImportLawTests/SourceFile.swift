import Foundation

/// A source file of this package as text, with its comments and literals blanked out.
struct SourceFile {
  /// The path from the package's root.
  let path: String
  /// The number of lines.
  let lineCount: Int
  /// The text without comments.
  let uncommented: String
  /// The text without comments and without what stands in string literals.
  let code: String

  init(path: String, text: String) {
    self.path = path
    lineCount = text.split(separator: "\n", omittingEmptySubsequences: false).count - (text.hasSuffix("\n") ? 1 : 0)
    uncommented = SourceText.blanked(text, literalsToo: false)
    code = SourceText.blanked(text, literalsToo: true)
  }

  /// The modules it imports, however they are imported.
  var imports: Set<String> {
    let pattern = /^(?:@\w+ +)*(?:public |package |internal )?import +(?:struct |class |enum |func |var )?(\w+)/
    let found = code.split(separator: "\n").compactMap {
      $0.trimmingCharacters(in: .whitespaces).firstMatch(of: pattern)?.1
    }
    return Set(found.map(String.init))
  }

  /// All Swift and C files below a folder of the package, such as `Sources/Dashboard`.
  static func all(below folder: String) throws -> [SourceFile] {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let walk = FileManager.default.enumerator(atPath: root.appendingPathComponent(folder).path)
    let names = (walk?.compactMap { $0 as? String } ?? []).filter { name in
      [".swift", ".c", ".h"].contains { name.hasSuffix($0) }
    }
    return try names.sorted().map { name in
      let path = "\(folder)/\(name)"
      return SourceFile(path: path, text: try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8))
    }
  }
}

/// Source text made fit for searching.
enum SourceText {
  private enum State: Equatable {
    case code
    case comment
    /// Inside a string literal that ends with these characters; raw ones, `#"…"#`, know no escapes.
    case literal(end: String)
  }

  /// The text with comments, and the insides of string literals if wanted, left out; lines stay lines.
  static func blanked(_ text: String, literalsToo: Bool) -> String {
    var result = ""
    var state = State.code
    var rest = Substring(text)
    while let next = rest.first {
      var length = 1
      var isKept = true
      switch state {
      case .code:
        if rest.hasPrefix("//") {
          (state, isKept) = (.comment, false)
        } else if let opening = literalOpening(rest) {
          length = opening.count
          state = .literal(end: String(opening.reversed()))
        }
      case .comment:
        isKept = next.isNewline
        if isKept { state = .code }
      case .literal(let end):
        let isEnd = rest.hasPrefix(end) || (next.isNewline && !end.contains("\"\"\""))
        if isEnd { (state, length) = (.code, next.isNewline ? 1 : end.count) }
        if !isEnd, next == "\\", !end.hasSuffix("#") { length = 2 }
        isKept = isEnd || next.isNewline || !literalsToo
      }
      if isKept { result += rest.prefix(length) }
      rest = rest.dropFirst(length)
    }
    return result
  }

  /// The quotes, with any number signs before them, that begin a literal here.
  private static func literalOpening(_ text: Substring) -> String? {
    let signs = text.prefix { $0 == "#" }
    let quotes = text.dropFirst(signs.count).prefix { $0 == "\"" }
    guard !quotes.isEmpty else { return nil }
    return signs + (quotes.count >= 3 ? "\"\"\"" : "\"")
  }
}
