import Screen

/// Turns the bytes that a terminal sends into keys. A value; it reads no clock.
///
/// The split of the bytes into pieces does not matter. Only a long pause does: it distinguishes the Escape key from the
/// start of a sequence. Replies from the terminal and unknown sequences give no keys, and pasted text gives one
/// `pasted` key, because their letters would act as commands. No state swallows keys forever: each ends after a pause,
/// and Ctrl-C ends it at once.
struct KeyDecoder {
  /// The lengths of the pauses that have a meaning, in nanoseconds.
  struct Pauses: Equatable {
    /// How long after an escape character it counts as the Escape key.
    var escape: Int64 = 100_000_000
    /// How long an unfinished sequence waits for its rest. Also how long after the Escape key bytes can still be the
    /// rest of a sequence that was cut after its escape character.
    var sequence: Int64 = 1_000_000_000
    /// How long after its last byte a paste without an end mark is over.
    var paste: Int64 = 1_000_000_000
  }

  /// What is at the start of the bytes.
  enum Head: Equatable {
    case key(Key, Int)
    /// The number of leading bytes that have no meaning.
    case nothing(Int)
    case pasteBegins(Int)
    /// More bytes may arrive within the pause. If none do, `otherwise` is the head.
    indirect case incomplete(Int64, otherwise: Head)
  }

  static let pasteBegin = Array("\u{1B}[200~".utf8)
  static let pasteEnd = Array("\u{1B}[201~".utf8)
  static let interrupt: UInt8 = 0x03

  let sequences: KeySequences
  let pauses: Pauses
  private var bytes: [UInt8] = []
  private var latest: Int64 = 0
  private var paste: PastedText?
  /// When an escape character became a key because nothing followed it; nil after the next head.
  private var escapedAt: Int64?

  init(_ sequences: KeySequences = KeySequences(KeySequences.usual), pauses: Pauses = Pauses()) {
    self.sequences = sequences
    self.pauses = pauses
  }

  /// The number of bytes that have not become keys yet.
  var waiting: Int { bytes.count }

  /// Adds bytes that the terminal has sent, with the time in nanoseconds.
  mutating func take(_ new: some Collection<UInt8>, at now: Int64) {
    guard !new.isEmpty else { return }
    bytes += new
    latest = now
  }

  /// Returns the next key; nil when no bytes wait or the waiting ones may continue.
  ///
  /// - Parameter now: The time in nanoseconds. All bytes that the terminal has sent by then must have been taken.
  mutating func next(at now: Int64) -> Key? {
    while paste != nil || !bytes.isEmpty {
      if paste != nil {
        if let key = nextOfPaste(at: now) { return key }
        if paste != nil { return nil }
        continue
      }
      var head = head(at: now)
      var isLate = false
      if case .incomplete(let pause, let otherwise) = head {
        guard now - latest >= pause else { return nil }
        head = otherwise
        isLate = true
      }
      if let key = take(head, isLate: isLate, at: now) { return key }
    }
    return nil
  }

  /// Returns the nanoseconds until ``next(at:)`` may return a key without further bytes; nil for never.
  func delay(at now: Int64) -> Int64? {
    let pause: Int64
    if let paste {
      pause = paste.isAbandoned ? pauses.escape : pauses.paste
    } else if case .incomplete(let limit, _) = bytes.isEmpty ? .nothing(0) : head(at: now) {
      pause = limit
    } else {
      return nil
    }
    return max(0, latest + pause - now)
  }

  private mutating func take(_ head: Head, isLate: Bool, at now: Int64) -> Key? {
    escapedAt = nil
    switch head {
    case .key(let key, let count):
      bytes.removeFirst(count)
      if key == .escape, isLate { escapedAt = now }
      return key
    case .nothing(let count): bytes.removeFirst(count)
    case .pasteBegins(let count):
      bytes.removeFirst(count)
      paste = PastedText()
    case .incomplete: bytes.removeFirst()
    }
    return nil
  }

  /// Returns the head of the bytes. Shortly after a lone escape character, they may be the rest of its sequence.
  private func head(at now: Int64) -> Head {
    guard let escapedAt, latest - escapedAt < pauses.sequence else { return head(of: bytes[...]) }
    return rest(afterEscape: bytes) ?? head(of: bytes[...])
  }

  // MARK: - Pasted text

  /// Continues a paste. Returns nil while it lasts, and when it ends without text.
  private mutating func nextOfPaste(at now: Int64) -> Key? {
    guard var current = paste else { return nil }
    let wasAbandoned = current.isAbandoned
    let (taken, ending) = current.take(bytes[...])
    bytes.removeFirst(taken)
    paste = current
    switch ending {
    case .interrupt: return wasAbandoned ? nextOfPaste(at: now) : .control("c")
    case .mark: return end(current)
    case nil:
      let pause = wasAbandoned ? pauses.escape : pauses.paste
      guard now - latest >= pause else { return nil }
      bytes.removeAll()
      return end(current)
    }
  }

  private mutating func end(_ ended: PastedText) -> Key? {
    paste = nil
    return ended.text.map(Key.pasted)
  }
}

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
      if bytes[last] >= 0x20 {
        return MouseEvent(report: body[..<last], ending: bytes[last]).map { .key(.mouse($0), length + 1) }
          ?? .nothing(length + 1)
      }
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

/// A paste in progress. It keeps text for the line being typed and finds the end of the paste.
struct PastedText {
  /// Why a paste takes no more bytes.
  enum Ending: Equatable { case mark, interrupt }

  /// The most bytes to keep, more than any line takes. The rest are dropped.
  private static let mostKept = 4_096

  private var kept: [UInt8] = []
  /// Whether Ctrl-C was pressed. The rest of the paste is then dropped, and it leaves no text.
  private(set) var isAbandoned = false

  /// The pasted text, up to `mostKept` bytes; nil if empty or abandoned.
  var text: String? {
    guard !isAbandoned, !kept.isEmpty else { return nil }
    return String(decoding: kept, as: UTF8.self)
  }

  /// Takes bytes up to the end of the paste, up to Ctrl-C, or up to a possible start of the end mark.
  ///
  /// - Returns: The number of bytes taken, and the ending if one was found.
  mutating func take(_ bytes: ArraySlice<UInt8>) -> (taken: Int, ending: Ending?) {
    var index = bytes.startIndex
    while index < bytes.endIndex {
      let taken = index - bytes.startIndex
      switch bytes[index] {
      case KeyDecoder.interrupt:
        isAbandoned = true
        return (taken + 1, .interrupt)
      case 0x1B:
        let mark = bytes[index...].prefix(KeyDecoder.pasteEnd.count)
        if mark.elementsEqual(KeyDecoder.pasteEnd) { return (taken + mark.count, .mark) }
        if KeyDecoder.pasteEnd.starts(with: mark) { return (taken, nil) }
      default: break
      }
      if kept.count < Self.mostKept { kept.append(bytes[index]) }
      index += 1
    }
    return (bytes.count, nil)
  }
}
