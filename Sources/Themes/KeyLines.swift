/// On which line of a TOML text each key stands: the parser tells lines only for what is not TOML.
struct KeyLines {
  private var lines: [String: Int] = [:]

  init(_ text: String) {
    var section = ""
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let content = line.drop(while: \.isWhitespace)
      if content.first == "[", let close = content.firstIndex(of: "]") {
        section = Self.plain(content[content.index(after: content.startIndex)..<close]) + "."
        lines[String(section.dropLast())] = index + 1
      } else if content.first != "#", let equals = content.firstIndex(of: "=") {
        let key = section + Self.plain(content[..<equals])
        if lines[key] == nil { lines[key] = index + 1 }
      }
    }
  }

  /// The line of a dotted key, from 1, or else of the section that it stands in or should; nil when neither is there.
  func line(of key: String) -> Int? {
    var key = Substring(key)
    while true {
      if let line = lines[String(key)] { return line }
      guard let dot = key.lastIndex(of: ".") else { return nil }
      key = key[..<dot]
    }
  }

  /// The first line whose section or dotted key has a part that no name begins with, from 1.
  ///
  /// The parser takes such a line for granted and ends the program, instead of saying that it is wrong.
  static func unreadableLine(of text: String) -> Int? {
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    return lines.firstIndex(where: isUnreadable).map { $0 + 1 }
  }

  private static func isUnreadable(_ line: Substring) -> Bool {
    let content = line.drop(while: \.isWhitespace)
    let isSection = content.first == "["
    guard isSection || content.contains("="), let first = content.first, first != "#" else { return false }
    let key = withoutQuoted(isSection ? content.drop { $0 == "[" } : content).prefix { $0 != (isSection ? "]" : "=") }
    let parts = key.split(separator: ".", omittingEmptySubsequences: false).map { $0.drop(while: \.isWhitespace) }
    return parts.contains { part in
      guard let first = part.first else { return true }
      return !(first.isASCII && (first.isLetter || first.isNumber || first == "_" || first == "-"))
    }
  }

  /// The line with a letter in place of each quoted part; what is not closed is left out.
  private static func withoutQuoted(_ line: Substring) -> String {
    var bare = ""
    var quote: Character?
    for character in line {
      if character == quote {
        quote = nil
      } else if quote == nil, character == "\"" || character == "'" {
        quote = character
        bare.append("q")
      } else if quote == nil {
        bare.append(character)
      }
    }
    return bare
  }

  private static func plain(_ key: Substring) -> String {
    key.filter { !$0.isWhitespace && $0 != "\"" && $0 != "'" }
  }
}
