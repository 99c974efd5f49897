import OSText

/// Reasons as text: a line for each, whose parts are separated by tabs and escaped as in TSV.
package enum ReasonText {
  private static let tab = UInt8(ascii: "\t")
  private static let newline = UInt8(ascii: "\n")
  private static let backslash = UInt8(ascii: "\\")

  /// Returns the reasons of an attempt as text; nil if there are none.
  package static func encode(_ reasons: [Reason]) -> String? {
    guard !reasons.isEmpty else { return nil }
    var bytes: [UInt8] = []
    for reason in reasons {
      if !bytes.isEmpty { bytes.append(newline) }
      let parts = [reason.subject, reason.detail, reason.remedy, reason.time.map { "\($0)" } ?? ""]
      bytes += reason.kind.rawValue.utf8
      for var part in parts {
        bytes.append(tab)
        part.withUTF8 { EscapedText.appendTSV(UnsafeRawBufferPointer($0), to: &bytes) }
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Returns the reasons in a text. Lines of an unknown form, such as those of a newer program, are left out.
  package static func decode(_ text: String) -> [Reason] {
    text.utf8.split(separator: newline).compactMap { line in
      let parts = line.split(separator: tab, omittingEmptySubsequences: false).map(unescaped)
      guard parts.count >= 5, let kind = Reason.Kind(rawValue: parts[0]) else { return nil }
      let time = Int64(parts[4]).flatMap { $0 >= 0 ? $0 : nil }
      return Reason(kind, subject: parts[1], detail: parts[2], remedy: parts[3], time: time)
    }
  }

  private static func unescaped(_ part: Substring.UTF8View) -> String {
    var bytes: [UInt8] = []
    var rest = part.makeIterator()
    while let byte = rest.next() {
      guard byte == backslash, let escaped = rest.next() else {
        bytes.append(byte)
        continue
      }
      switch escaped {
      case UInt8(ascii: "t"): bytes.append(tab)
      case UInt8(ascii: "n"): bytes.append(newline)
      case UInt8(ascii: "r"): bytes.append(UInt8(ascii: "\r"))
      default: bytes.append(escaped)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
