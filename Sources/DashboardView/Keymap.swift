package import Dashboard
package import Screen

/// Maps keys to their meanings, which depend on what the screen shows. It is made from the table of commands.
package struct Keymap: Sendable {
  package enum Meaning: Equatable, Sendable {
    /// A command, for ``Dashboard/perform(_:at:)``.
    case command(Command)
    /// A key in the line being typed, for ``Dashboard/type(_:at:)``.
    case text(PromptKey)
  }

  private let commands: [Key: Command]

  /// Makes the keymap of the default keys.
  package init() {
    var commands: [Key: Command] = [:]
    for entry in Command.table {
      for notation in entry.keys {
        if let key = Key.parse(notation) { commands[key] = entry.command }
      }
    }
    self.commands = commands
  }

  /// Returns the current meaning of a key; nil if it has none.
  package func meaning(of key: Key, in dashboard: Dashboard) -> Meaning? {
    switch dashboard.overlay {
    case .prompt: return promptMeaning(of: key)
    case .dialog(let dialog): return choice(key, among: dialog.choices.map(\.key)) ?? restricted(key)
    case .filterMenu: return choice(key, among: ResultFilter.menu.flatMap(\.letters)) ?? restricted(key)
    case .copyMenu: return choice(key, among: CopiedPart.allCases.compactMap(\.name.first)) ?? restricted(key)
    case .help, nil: return commands[key].map(Meaning.command)
    }
  }

  private func choice(_ key: Key, among letters: [Character]) -> Meaning? {
    guard case .character(let letter) = key, letters.contains(letter) else { return nil }
    return .command(.choose(letter))
  }

  /// Returns the meaning of a key while a question is open. Only keys that move in it, close it or concern the whole
  /// program have one.
  private func restricted(_ key: Key) -> Meaning? {
    guard let command = commands[key] else { return nil }
    switch command {
    case .moveUp, .moveDown, .moveLeft, .moveRight, .nextPanel, .previousPanel, .open, .back, .interrupt, .redraw,
      .suspend:
      return .command(command)
    default: return nil
    }
  }

  private func promptMeaning(of key: Key) -> Meaning? {
    switch key {
    case .character(let character): .text(.character(character))
    case .pasted(let text): .text(.paste(text))
    case .backspace, .control("h"): .text(.backspace)
    case .control("u"): .text(.clear)
    case .enter: .text(.submit)
    case .escape: .text(.cancel)
    case .control("c"): .command(.interrupt)
    case .control("l"): .command(.redraw)
    case .control("z"): .command(.suspend)
    default: nil
    }
  }
}
