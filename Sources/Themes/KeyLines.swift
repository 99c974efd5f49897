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

  private static func plain(_ key: Substring) -> String {
    key.filter { !$0.isWhitespace && $0 != "\"" && $0 != "'" }
  }
}
