import Screen

/// Finds the head of some bytes, regardless of when they arrived.
extension KeyDecoder {
  private static let escape: UInt8 = 0x1B
  private static let longestSequence = 64
  private static let longestString = 65_536

  func head(of bytes: ArraySlice<UInt8>) -> Head {
    if bytes.starts(with: Self.pasteBegin) { return .pasteBegins(Self.pasteBegin.count) }
    if let (key, count) = sequences.match(bytes) { return .key(key, count) }
    guard let first = bytes.first else { return .nothing(0) }
    if first == Self.escape { return afterEscape(bytes) }
    let head = character(bytes)
    return sequences.isBeginning(bytes) ? .incomplete(pauses.escape, otherwise: head) : head
  }

  /// The head of bytes whose escape character became the Escape key after a pause; nil if they continue no sequence.
  ///
  /// No user types the rest of a sequence as fast as a terminal sends it, so bytes in one piece belong to a sequence.
  func rest(afterEscape bytes: [UInt8]) -> Head? {
    guard let first = bytes.first, first == UInt8(ascii: "[") || first == UInt8(ascii: "O") else { return nil }
    let whole = [Self.escape] + bytes
    switch head(of: whole[...]) {
    case .key(let key, let count): return .key(key, count - 1)
    case .pasteBegins(let count): return .pasteBegins(count - 1)
    case .nothing(let count) where count > 3: return .nothing(count - 1)
    case .incomplete: return .incomplete(pauses.escape, otherwise: character(bytes[...]))
    case .nothing: return nil
    }
  }

  private func afterEscape(_ bytes: ArraySlice<UInt8>) -> Head {
    guard let second = bytes.dropFirst().first else {
      return .incomplete(pauses.escape, otherwise: .key(.escape, 1))
    }
    switch second {
    case Self.escape, Self.interrupt: return .key(.escape, 1)
    case UInt8(ascii: "["): return trailed(bytes) ?? sequence(bytes, "[", atMost: Self.longestSequence)
    case UInt8(ascii: "O"): return sequence(bytes, "O", atMost: 8)
    case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "_"), UInt8(ascii: "^"), UInt8(ascii: "X"):
      return string(bytes, Character(Unicode.Scalar(second)))
    default: return alt(bytes)
    }
  }

  /// A sequence that has characters after its apparent last byte; nil if the bytes are none.
  ///
  /// These are mouse reports in the oldest form, `ESC [ M` and three characters, and function keys of the Linux
  /// console, `ESC [ [` and one character.
  private func trailed(_ bytes: ArraySlice<UInt8>) -> Head? {
    let counts = [UInt8(ascii: "M"): 3, UInt8(ascii: "["): 1]
    guard let last = bytes.dropFirst(2).first, let count = counts[last] else { return nil }
    var rest = bytes.dropFirst(3)
    for _ in 0..<count {
      // A control character does not belong to the sequence.
      if let next = rest.first, next < 0x20 { break }
      switch character(rest) {
      case .key(_, let length) where length > 0, .nothing(let length) where length > 0: rest = rest.dropFirst(length)
      default: return .incomplete(pauses.sequence, otherwise: .nothing(bytes.count))
      }
    }
    return .nothing(rest.startIndex - bytes.startIndex)
  }

  /// A sequence up to its last byte; a control character ends it early.
  private func sequence(_ bytes: ArraySlice<UInt8>, _ letter: Character, atMost limit: Int) -> Head {
    let body = bytes.dropFirst(2)
    if let last = body.firstIndex(where: { (0x40...0x7E).contains($0) || $0 < 0x20 }) {
      let length = last - bytes.startIndex
      if bytes[last] >= 0x20 { return .nothing(length + 1) }
      return body.first == bytes[last] ? .key(.alt(letter), 2) : .nothing(length)
    }
    if bytes.count >= limit { return .nothing(limit) }
    return .incomplete(pauses.sequence, otherwise: body.isEmpty ? .key(.alt(letter), 2) : .nothing(bytes.count))
  }

  /// A string from the terminal, which ends with BEL or with ESC and a backslash.
  private func string(_ bytes: ArraySlice<UInt8>, _ letter: Character) -> Head {
    let body = bytes.dropFirst(2)
    for index in body.indices.prefix(Self.longestString) {
      let length = index - bytes.startIndex
      switch bytes[index] {
      case 0x07: return .nothing(length + 1)
      case UInt8(ascii: "\\") where length > 2 && bytes[index - 1] == Self.escape: return .nothing(length + 1)
      case Self.interrupt: return length == 2 ? .key(.alt(letter), 2) : .nothing(length)
      default: continue
      }
    }
    if body.count >= Self.longestString { return .nothing(Self.longestString) }
    return .incomplete(pauses.escape, otherwise: body.isEmpty ? .key(.alt(letter), 2) : .nothing(bytes.count))
  }

  private func alt(_ bytes: ArraySlice<UInt8>) -> Head {
    switch character(bytes.dropFirst()) {
    case .key(.character(let character), let count): .key(.alt(character), count + 1)
    case .key(_, let count), .nothing(let count), .pasteBegins(let count): .nothing(count + 1)
    case .incomplete(let pause, _): .incomplete(pause, otherwise: .nothing(bytes.count))
    }
  }

  /// One UTF-8 character.
  private func character(_ bytes: ArraySlice<UInt8>) -> Head {
    guard let first = bytes.first else { return .nothing(0) }
    let length =
      switch first {
      case 0..<0x80: 1
      case 0xC2...0xDF: 2
      case 0xE0...0xEF: 3
      case 0xF0...0xF4: 4
      default: 0
      }
    guard length > 0 else { return .nothing(1) }
    let present = bytes.prefix(length)
    if let wrong = present.dropFirst().firstIndex(where: { $0 & 0xC0 != 0x80 }) {
      return .nothing(wrong - bytes.startIndex)
    }
    guard present.count == length else { return .incomplete(pauses.sequence, otherwise: .nothing(bytes.count)) }
    guard let scalar = String(validating: present, as: UTF8.self)?.unicodeScalars.first, let key = Self.key(scalar)
    else {
      return .nothing(length)
    }
    return .key(key, length)
  }

  private static func key(_ scalar: Unicode.Scalar) -> Key? {
    switch scalar.value {
    case 0x0D, 0x0A: return .enter
    case 0x09: return .tab
    case 0x08, 0x7F: return .backspace
    case 0x00: return .control("@")
    case 0x01...0x1A: return Unicode.Scalar(scalar.value + 0x60).map { .control(Character($0)) }
    case 0x1C...0x1F: return Unicode.Scalar(scalar.value + 0x40).map { .control(Character($0)) }
    case 0x80..<0xA0: return nil
    default: return .character(Character(scalar))
    }
  }
}
