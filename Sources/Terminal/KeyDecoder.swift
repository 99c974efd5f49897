@preconcurrency import CNCurses
import Screen

/// Turns what curses reads into keys: joins Alt with its character, and passes over what no key sends.
///
/// Answers of the terminal, sequences that curses does not know, and pasted text must not come out as keys: their
/// letters would be commands.
struct KeyDecoder {
  /// What one reading gives: nothing yet, a character, or a number of curses for a key.
  enum Code: Equatable {
    case none
    case character(UInt32)
    case key(Int32)
  }

  private var isPasting = false
  private var pushedBack: Code?

  /// The next key, by as many readings as it takes; nil when nothing waits. A change of size is not told here.
  mutating func next(_ read: () -> Code) -> Key? {
    while true {
      switch take(read) {
      case .none: return nil
      case .key(Paste.begin): isPasting = true
      case .key(Paste.end): isPasting = false
      case .key(let code):
        if let key = Self.key(code), !isPasting { return key }
      case .character(0x1B):
        if let key = escape(read), !isPasting { return key }
      case .character(let value):
        if let key = Self.key(character: value), !isPasting { return key }
      }
    }
  }

  private mutating func take(_ read: () -> Code) -> Code {
    defer { pushedBack = nil }
    return pushedBack ?? read()
  }

  /// What follows an escape character at once: nothing, Alt's character, or a sequence that is passed over.
  private mutating func escape(_ read: () -> Code) -> Key? {
    switch take(read) {
    case .none: return .escape
    case .key(let code):
      pushedBack = .key(code)
      return .escape
    case .character(let value):
      return afterEscape(value, read)
    }
  }

  private mutating func afterEscape(_ value: UInt32, _ read: () -> Code) -> Key? {
    switch Unicode.Scalar(value) {
    case "\u{1B}":
      pushedBack = .character(value)
      return .escape
    case "[":
      let isSequence = skip(read, atMost: 64) { (0x40...0x7E).contains($0) }
      return isSequence ? nil : .alt("[")
    case "O":
      let isSequence = skip(read, atMost: 8) { (0x40...0x7E).contains($0) }
      return isSequence ? nil : .alt("O")
    case "]", "P", "_", "^", "X":
      // Strings of the terminal end with BEL or ESC \.
      let isSequence = skip(read, atMost: 65536) { $0 == 0x07 || $0 == 0x5C }
      return isSequence ? nil : Unicode.Scalar(value).map { .alt(Character($0)) }
    default:
      guard case .character(let character)? = Self.key(character: value) else { return nil }
      return .alt(character)
    }
  }

  /// Reads up to the end of a sequence; false when nothing followed at all.
  private mutating func skip(_ read: () -> Code, atMost limit: Int, until isLast: (UInt32) -> Bool) -> Bool {
    for count in 0..<limit {
      switch take(read) {
      case .none: return count > 0
      case .key: return true
      case .character(let value): if isLast(value) { return true }
      }
    }
    return true
  }

  private static func key(character value: UInt32) -> Key? {
    switch value {
    case 0x0D, 0x0A: return .enter
    case 0x09: return .tab
    case 0x08, 0x7F: return .backspace
    case 0x00: return .control("@")
    case 0x01...0x1A: return Unicode.Scalar(value + 0x60).map { .control(Character($0)) }
    case 0x1C...0x1F: return Unicode.Scalar(value + 0x40).map { .control(Character($0)) }
    case 0x80..<0xA0: return nil
    default: return Unicode.Scalar(value).map { .character(Character($0)) }
    }
  }

  private static func key(_ code: Int32) -> Key? {
    if let key = named[code] { return key }
    for number in 1...63 where nc_key_f(Int32(number)) == code { return .function(number) }
    return nil
  }

  private static let named: [Int32: Key] = [
    KEY_UP: .up, KEY_DOWN: .down, KEY_LEFT: .left, KEY_RIGHT: .right,
    KEY_PPAGE: .pageUp, KEY_NPAGE: .pageDown, KEY_HOME: .home, KEY_END: .end,
    KEY_IC: .insert, KEY_DC: .delete, KEY_BACKSPACE: .backspace, KEY_BTAB: .backTab, KEY_ENTER: .enter,
  ]
}
