import Screen

/// Turns the bytes that a terminal sends into keys; a value that reads no clock.
///
/// How the bytes are cut into pieces says nothing, only a long pause does: it tells the Escape key from the beginning of
/// a sequence. Answers of the terminal, sequences that nobody knows, and pasted text do not come out as keys: their
/// letters would be commands. Nothing takes the keys for ever: each state ends with a pause, and Ctrl-C ends it at once.
struct KeyDecoder {
  /// How long pauses say something, in nanoseconds.
  struct Pauses: Equatable {
    /// So long after an escape character, it was the key.
    var escape: Int64 = 100_000_000
    /// So long after a longer beginning no rest comes; and so long after the Escape key the rest of a sequence that was
    /// cut there is known as such.
    var sequence: Int64 = 1_000_000_000
    /// So long after its last byte, a paste whose end is missing is over.
    var paste: Int64 = 1_000_000_000
  }

  /// What the bytes begin with.
  enum Head: Equatable {
    case key(Key, Int)
    /// A number of bytes without a meaning.
    case nothing(Int)
    case pasteBegins(Int)
    /// More bytes are to come within a pause; if none do, the head is what is given here.
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
  /// When an escape character became a key because nothing followed it; nil after the next byte.
  private var escapedAt: Int64?

  init(_ sequences: KeySequences = KeySequences(KeySequences.usual), pauses: Pauses = Pauses()) {
    self.sequences = sequences
    self.pauses = pauses
  }

  /// How many bytes have not become keys yet.
  var waiting: Int { bytes.count }

  /// Takes what the terminal has sent, at a time in nanoseconds.
  mutating func take(_ new: some Collection<UInt8>, at now: Int64) {
    guard !new.isEmpty else { return }
    bytes += new
    latest = now
  }

  /// The next key; nil when nothing waits, or what waits may go on.
  ///
  /// - Parameter now: the time in nanoseconds, after everything that the terminal has sent by then was taken.
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

  /// In how many nanoseconds ``next(at:)`` may give a key though nothing more comes; nil for never.
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

  /// What the bytes begin with; after a lone escape character, what they are the rest of.
  private func head(at now: Int64) -> Head {
    guard let escapedAt, latest - escapedAt < pauses.sequence else { return head(of: bytes[...]) }
    return rest(afterEscape: bytes) ?? head(of: bytes[...])
  }

  // MARK: - Pasted text

  /// Goes on with a paste: nil while it goes on, and when it has ended with nothing to tell.
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
