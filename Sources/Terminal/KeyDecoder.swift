import Screen

/// Turns the bytes that a terminal sends into keys. A value; it reads no clock.
///
/// How the bytes are split into pieces has no meaning. Only a long pause does, because it tells the Escape key from the
/// start of a sequence. Replies from the terminal and unknown sequences give no keys, and pasted text gives one
/// `pasted` key, because their letters would act as commands. No state swallows keys for ever: each ends after a pause,
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
