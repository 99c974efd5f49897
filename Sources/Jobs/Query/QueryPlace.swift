/// A place in a query, in words for an error.
enum QueryPlace {
  /// - Parameter offset: the number of bytes before the place.
  static func words(_ offset: Int, in query: String) -> String {
    let before = query.utf8.prefix(offset)
    let line = before.count { $0 == UInt8(ascii: "\n") } + 1
    let column = before.reversed().prefix { $0 != UInt8(ascii: "\n") }.count { $0 & 0xC0 != 0x80 } + 1
    return line == 1 ? " (at character \(column))" : " (at line \(line), character \(column))"
  }

  /// - Parameter character: the number of characters before the place.
  static func words(character: Int, in query: String) -> String {
    words(query.unicodeScalars.prefix(character).reduce(0) { $0 + UTF8.width($1) }, in: query)
  }
}
