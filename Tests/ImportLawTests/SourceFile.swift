import Foundation

/// A source file of this package as text, with its comments and literals blanked out.
struct SourceFile {
  /// The path from the package's root.
  let path: String
  /// The number of lines.
  let lineCount: Int
  /// The text without comments.
  let uncommented: String
  /// The text without comments and without the contents of string literals.
  let code: String

  init(path: String, text: String) {
    self.path = path
    lineCount = text.utf8.count { $0 == UInt8(ascii: "\n") }
    uncommented = SourceText.blanked(text, literalsToo: false)
    code = SourceText.blanked(text, literalsToo: true)
  }

  /// The modules it imports, however they are imported.
  var imports: Set<String> {
    let pattern = "(?m)^[ \\t]*(?:@\\w+ +)*(?:public |package |internal )?import +(?:struct |class |enum |func )?(\\w+)"
    return Set(SourceText.matches(of: pattern, in: code).map { String($0.text.split(separator: " ").last ?? "") })
  }

  /// The sources of the program. The benchmarks measure it from outside, and its laws do not apply to them.
  static let product = all(below: "Sources").filter {
    !$0.path.hasPrefix("Sources/pfor-bench/") && !$0.path.hasPrefix("Sources/CBenchLoops/")
  }
  static let tests = all(below: "Tests")

  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// The text of a file of this package.
  static func text(of path: String) throws -> String {
    try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }

  private static func all(below folder: String) -> [SourceFile] {
    let walk = FileManager.default.enumerator(atPath: root.appendingPathComponent(folder).path)
    let names = (walk?.compactMap { $0 as? String } ?? []).filter { name in
      [".swift", ".c", ".h"].contains { name.hasSuffix($0) }
    }
    return names.sorted().compactMap { name in
      let path = "\(folder)/\(name)"
      return (try? text(of: path)).map { SourceFile(path: path, text: $0) }
    }
  }
}
