import Foundation

/// A Markdown page of the documentation.
struct DocumentationPage {
  /// The folder of the package, without a slash at its end.
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path
  /// The folder of the program's pages, from the root.
  static let programFolder = "Sources/PForApp/PForApp.docc"

  /// The path from the root.
  let path: String
  /// All lines.
  let lines: [Substring]

  /// Reads a page.
  ///
  /// - Parameter path: The path from the root.
  init(_ path: String) throws {
    self.path = path
    lines = try String(contentsOfFile: "\(Self.root)/\(path)", encoding: .utf8)
      .split(separator: "\n", omittingEmptySubsequences: false)
  }

  /// One of the program's pages.
  static func program(_ name: String) throws -> DocumentationPage {
    try DocumentationPage("\(programFolder)/\(name).md")
  }

  /// The paths of all pages, from the root.
  static func allPaths() -> [String] {
    let files = FileManager.default.enumerator(atPath: "\(root)/Sources")?.compactMap { $0 as? String } ?? []
    return ["README.md"] + files.filter { $0.hasSuffix(".md") }.map { "Sources/\($0)" }.sorted()
  }

  /// The lines outside of code blocks.
  var text: [Substring] { blocks.text }

  /// The lines inside of code blocks.
  var code: [Substring] { blocks.code }

  private var blocks: (text: [Substring], code: [Substring]) {
    var (text, code, isCode): ([Substring], [Substring], Bool) = ([], [], false)
    for line in lines {
      if line.hasPrefix("```") { isCode.toggle() } else if isCode { code.append(line) } else { text.append(line) }
    }
    return (text, code)
  }

  /// The texts of the headings of a level.
  func headings(level: Int) -> [String] {
    let sign = String(repeating: "#", count: level) + " "
    return text.filter { $0.hasPrefix(sign) }.map { String($0.dropFirst(sign.count)) }
  }

  /// The lines outside of code blocks between a heading and the next one of any level.
  func section(_ heading: String) -> [Substring] {
    let isHeading = { (line: Substring) in line.hasPrefix("#") }
    let start = text.firstIndex { isHeading($0) && $0.drop { $0 == "#" }.dropFirst() == heading }
    return start.map { Array(text[$0...].dropFirst().prefix { !isHeading($0) }) } ?? []
  }

  /// The rows of the table under a heading, without its head.
  func rows(under heading: String) -> [String] {
    section(heading).filter { $0.hasPrefix("|") }.dropFirst(2).map(String.init)
  }

  /// The first cells of the rows of the table under a heading.
  func firstCells(under heading: String) -> [String] {
    rows(under: heading).map { row in
      row.split(separator: "|").first.map { $0.trimmingCharacters(in: .whitespaces) } ?? ""
    }
  }

  /// Returns the texts between backticks.
  static func codeSpans(in text: some StringProtocol) -> [String] {
    text.split(separator: "`", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }
      .map { String($0.element) }
  }
}
