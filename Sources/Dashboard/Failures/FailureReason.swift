package import ParallelFor

/// Why an item failed, without the details that differ between items with the same reason.
///
/// A fine text keeps numbers of up to three digits, because exit statuses and HTTP statuses distinguish reasons. A
/// rough text contains no numbers. In both, `…` replaces paths, addresses, identifiers and long numbers, and `{}`
/// replaces the item.
package struct FailureReason: Hashable, Sendable {
  /// The most bytes of a text to examine.
  private static let mostBytes = 400

  /// The text with short numbers.
  package let fine: String
  /// The text without numbers.
  package let rough: String

  /// Makes a reason from the facts about a failure.
  ///
  /// - Parameters:
  ///   - reason: the reason of the outcome, such as `exit status 22`; may contain untrusted text.
  ///   - line: the last line that the item wrote to standard error; empty for none.
  ///   - label: the item.
  package init(_ reason: String, line: String, label: String) {
    let text = ResultRow.text(String(reason.prefix { !$0.isNewline }), line)
    let whole = String(decoding: Array(text.utf8.prefix(Self.mostBytes)), as: UTF8.self)
    let shared = label.utf8.count >= 3 ? whole.replacing(label, with: "{}") : whole
    let words = shared.split(omittingEmptySubsequences: true) { $0 == " " || $0 == "\t" }
    fine = words.map { Self.folded($0, keepsShort: true) }.joined(separator: " ")
    rough = words.map { Self.folded($0, keepsShort: false) }.joined(separator: " ")
  }

  /// Makes the reason of an outcome; nil if it is no failure. The output of an item that timed out gives no reason.
  package init?(_ outcome: Outcome, line: String, label: String) {
    guard let reason = outcome.failureReason else { return nil }
    self.init(reason, line: outcome == .timedOut ? "" : line, label: label)
  }

  private static func folded(_ word: Substring, keepsShort: Bool) -> String {
    let isEdge: (Character) -> Bool = { "\"'`()[]<>,;:.!?“”‘’«»".contains($0) }
    let start = word.prefix(while: isEdge)
    let rest = word.dropFirst(start.count)
    let end = rest.reversed().prefix(while: isEdge).count
    let core = rest.dropLast(end)
    return start + foldedCore(core, keepsShort) + rest.suffix(end)
  }

  private static func foldedCore(_ core: Substring, _ keepsShort: Bool) -> String {
    let bytes = core.utf8
    let digits = bytes.count(where: isDigit)
    let isPath = bytes.count > 1 && bytes.contains(UInt8(ascii: "/"))
    if isPath, core.contains("://") || digits > 0 || "/.~".contains(core.first ?? " ") { return "…" }
    guard digits > 0 else { return String(core) }
    if bytes.count >= 8, bytes.allSatisfy(isHexadecimal) { return "…" }
    return withoutNumbers(core, keepsShort)
  }

  /// Replaces each run of digits, with the dots and colons in it.
  private static func withoutNumbers(_ core: Substring, _ keepsShort: Bool) -> String {
    var text = ""
    var rest = core
    while let character = rest.first {
      let number = rest.prefix { $0.isASCII && ($0.isNumber || $0 == "." || $0 == ":") }
      let isNumber = character.isASCII && character.isNumber
      let isShort = number.utf8.count <= 3 && number.utf8.allSatisfy(isDigit)
      text += isNumber ? (keepsShort && isShort ? String(number) : "…") : String(character)
      rest = rest.dropFirst(isNumber ? number.count : 1)
    }
    return text
  }

  private static func isDigit(_ byte: UInt8) -> Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    isDigit(byte) || UInt8(ascii: "a")...UInt8(ascii: "f") ~= byte | 0x20 || byte == UInt8(ascii: "-")
  }
}
