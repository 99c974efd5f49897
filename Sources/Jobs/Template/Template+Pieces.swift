import OSText

extension Template {
  /// Cuts a text at its placeholders.
  static func pieces(of text: String) -> [Piece] {
    let bytes = OSText.bytes(text)
    var pieces: [Piece] = []
    var literal: [UInt8] = []
    var position = 0
    while position < bytes.count {
      if let (placeholder, end) = placeholder(in: bytes, at: position) {
        if !literal.isEmpty { pieces.append(.literal(literal)) }
        literal = []
        pieces.append(.placeholder(placeholder))
        position = end
      } else {
        literal.append(bytes[position])
        position += 1
      }
    }
    if !literal.isEmpty { pieces.append(.literal(literal)) }
    return pieces
  }

  /// The placeholder that begins at a position, and the position after it.
  private static func placeholder(in bytes: [UInt8], at start: Int) -> (Placeholder, Int)? {
    guard bytes[start] == UInt8(ascii: "{"), let end = bytes[start...].firstIndex(of: UInt8(ascii: "}")) else {
      return nil
    }
    let name = String(decoding: bytes[start + 1..<end], as: UTF8.self)
    guard let placeholder = Placeholder(name) else { return nil }
    let isOthers = start > 0 && [UInt8(ascii: "$"), UInt8(ascii: "%")].contains(bytes[start - 1])
    if isOthers, case .field = placeholder { return nil }
    return (placeholder, end + 1)
  }
}

extension Template.Placeholder {
  /// The placeholder with this text between its braces, or nil when it is none.
  init?(_ name: String) {
    switch name {
    case "": self = .item
    case ".": self = .withoutExtension
    case "/": self = .lastComponent
    case "//": self = .directory
    case "/.": self = .lastComponentWithoutExtension
    case "#": self = .number
    case "%": self = .slot
    default:
      guard Self.isFieldName(name) else { return nil }
      self = .field(name)
    }
  }

  private static func isFieldName(_ name: String) -> Bool {
    guard let first = name.utf8.first else { return false }
    if name.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
      return first != UInt8(ascii: "0")
    }
    let isWord = { (byte: UInt8) in byte == UInt8(ascii: "_") || Character(Unicode.Scalar(byte)).isASCIILetter }
    let isInner = { (byte: UInt8) in
      isWord(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
    return isWord(first) && name.utf8.allSatisfy(isInner) && !name.contains("..")
  }
}

extension Character {
  fileprivate var isASCIILetter: Bool { isASCII && isLetter }
}
