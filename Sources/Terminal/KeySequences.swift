import Screen

/// The byte sequences that keys send: those in the terminal's description and those of nearly all terminals.
struct KeySequences: Sendable {
  private let keys: [[UInt8]: Key]
  private let beginnings: Set<[UInt8]>

  /// - Parameter keys: The keys by their bytes. Sequences of fewer than two bytes are left out.
  init(_ keys: [[UInt8]: Key]) {
    self.keys = keys.filter { $0.key.count > 1 }
    beginnings = Set(self.keys.keys.flatMap { bytes in (1..<bytes.count).map { Array(bytes.prefix($0)) } })
  }

  /// Returns the longest key sequence at the start of some bytes, as its key and its number of bytes.
  func match(_ bytes: some Collection<UInt8>) -> (key: Key, count: Int)? {
    var found: (Key, Int)?
    var read: [UInt8] = []
    for byte in bytes {
      read.append(byte)
      if let key = keys[read] { found = (key, read.count) }
      guard beginnings.contains(read) else { break }
    }
    return found
  }

  /// Whether the bytes as a whole are the beginning of a longer sequence.
  func isBeginning(_ bytes: some Collection<UInt8>) -> Bool { beginnings.contains(Array(bytes)) }
}

extension KeySequences {
  /// The sequences of the terminal whose description curses read last. Its own take precedence over the usual ones.
  static func ofTerminal() -> KeySequences {
    var keys = usual
    let functions = (1...63).map { ("kf\($0)", Key.function($0)) }
    for (name, key) in capabilities + functions {
      if let sequence = Terminal.capability(name) { keys[Array(sequence.utf8)] = key }
    }
    return KeySequences(keys)
  }

  /// The sequences of terminals that follow ECMA-48 or xterm, in any of their modes.
  static let usual: [[UInt8]: Key] = {
    var keys: [[UInt8]: Key] = [:]
    let letters: [(String, Key)] = [
      ("A", .up), ("B", .down), ("C", .right), ("D", .left), ("H", .home), ("F", .end),
    ]
    for (letter, key) in letters {
      for lead in ["\u{1B}[", "\u{1B}O"] { keys[Array((lead + letter).utf8)] = key }
    }
    let numbers: [(Int, Key)] = [
      (1, .home), (2, .insert), (3, .delete), (4, .end), (5, .pageUp), (6, .pageDown), (7, .home), (8, .end),
    ]
    for (number, key) in numbers { keys[Array("\u{1B}[\(number)~".utf8)] = key }
    keys[Array("\u{1B}[Z".utf8)] = .backTab
    // Ctrl-C from a terminal that another program has left in a keyboard mode of xterm or kitty.
    for sequence in ["\u{1B}[27;5;99~", "\u{1B}[99;5u"] { keys[Array(sequence.utf8)] = .control("c") }
    return keys
  }()

  private static let capabilities: [(String, Key)] = [
    ("kcuu1", .up), ("kcud1", .down), ("kcub1", .left), ("kcuf1", .right), ("kpp", .pageUp), ("knp", .pageDown),
    ("khome", .home), ("kend", .end), ("kich1", .insert), ("kdch1", .delete), ("kcbt", .backTab), ("kent", .enter),
  ]
}
