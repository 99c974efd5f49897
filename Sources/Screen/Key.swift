/// One key press, or another event that arrives the same way.
package enum Key: Hashable, Sendable {
  /// A character, as typed.
  case character(Character)
  /// A letter, or one of `@[\]^_`, pressed with Control. Letters are lowercase.
  case control(Character)
  case alt(Character)
  case up, down, left, right
  /// A key that moves further.
  case pageUp, pageDown, home, end
  /// A key that edits.
  case insert, delete, backspace
  /// A key that confirms, cancels or changes the focus.
  case tab, backTab, enter, escape
  /// A numbered function key, from 1.
  case function(Int)
  /// The size of the screen has changed.
  case resize
  /// A text that arrived as a whole, pasted in a terminal that marks pastes.
  case pasted(String)
  /// The mouse.
  case mouse(MouseEvent)
}

/// A click of the first button, or a step of the wheel, in a cell of the screen.
package struct MouseEvent: Hashable, Sendable {
  package enum Kind: Sendable { case click, wheelUp, wheelDown }

  package var kind: Kind
  /// The column, from 0.
  package var x: Int
  /// The row, from 0.
  package var y: Int

  package init(_ kind: Kind, x: Int, y: Int) {
    self.kind = kind
    self.x = x
    self.y = y
  }
}

extension Key: CustomStringConvertible {
  /// The key in the notation of scripts and help: `q`, `<Down>`, `<C-c>`, `<A-x>`, `<F1>`, `<Space>`, `<lt>`.
  package var description: String {
    switch self {
    case .character(" "): "<Space>"
    case .character("<"): "<lt>"
    case .character(let character): String(character)
    case .control(let character): "<C-\(character == "<" ? "lt" : String(character))>"
    case .alt(" "): "<A-Space>"
    case .alt("<"): "<A-lt>"
    case .alt(let character): "<A-\(character)>"
    case .function(let number): "<F\(number)>"
    case .pasted: "<Paste>"
    case .mouse: "<Mouse>"
    default: "<\(Self.names.first { $0.key == self }?.name ?? "?")>"
    }
  }

  /// Returns the key that a notation means; nil when it means none, or more than one.
  package static func parse(_ notation: String) -> Key? {
    guard let keys = sequence(notation), keys.count == 1 else { return nil }
    return keys[0]
  }

  /// Returns the keys that a script's notation means, such as `gg<Down>q`.
  ///
  /// - Returns: The keys in order; nil when a name in angle brackets is unknown or not closed. A bare `<` is written
  ///   `<lt>`.
  package static func sequence(_ notation: String) -> [Key]? {
    var keys: [Key] = []
    var rest = Substring(notation)
    while let character = rest.popFirst() {
      guard character == "<" else {
        keys.append(.character(character))
        continue
      }
      // The name is never empty, and may end with a bracket: `<A->>` is Alt and a bracket.
      guard let close = rest.dropFirst().firstIndex(of: ">") else { return nil }
      var end = close
      if rest[..<close].hasSuffix("-"), rest[rest.index(after: close)...].hasPrefix(">") {
        end = rest.index(after: end)
      }
      guard let key = named(rest[..<end]) else { return nil }
      keys.append(key)
      rest = rest[rest.index(after: end)...]
    }
    return keys
  }

  private static func named(_ name: Substring) -> Key? {
    let folded = name.lowercased()
    if let key = names.first(where: { $0.name.lowercased() == folded })?.key { return key }
    if folded.hasPrefix("f"), let number = Int(folded.dropFirst()), (1...63).contains(number) {
      return .function(number)
    }
    guard folded.hasPrefix("c-") || folded.hasPrefix("a-") || folded.hasPrefix("m-") else { return nil }
    guard let character = single(name.dropFirst(2)) else { return nil }
    if folded.hasPrefix("c-") { return controlled(character) }
    return .alt(character)
  }

  private static func single(_ name: Substring) -> Character? {
    switch name.lowercased() {
    case "space": " "
    case "lt": "<"
    default: name.count == 1 ? name.first : nil
    }
  }

  private static func controlled(_ character: Character) -> Key? {
    let lower = Character(character.lowercased())
    return ("a"..."z").contains(lower) || "@[\\]^_ ".contains(lower) ? .control(lower) : nil
  }

  /// The names of keys. The first name of a key is printed; the others are only accepted.
  private static let names: [(name: String, key: Key)] = [
    ("Up", .up), ("Down", .down), ("Left", .left), ("Right", .right),
    ("PageUp", .pageUp), ("PageDown", .pageDown), ("Home", .home), ("End", .end),
    ("Insert", .insert), ("Delete", .delete), ("Backspace", .backspace),
    ("Tab", .tab), ("S-Tab", .backTab), ("Enter", .enter), ("Esc", .escape), ("Resize", .resize),
    ("Space", .character(" ")), ("lt", .character("<")), ("gt", .character(">")),
    ("PgUp", .pageUp), ("PgDn", .pageDown), ("Ins", .insert), ("Del", .delete), ("BS", .backspace),
    ("CR", .enter), ("Escape", .escape), ("BackTab", .backTab),
  ]
}
