public import Dashboard
public import Screen

/// What keys mean, by what the screen shows; made from the table of commands.
public struct Keymap: Sendable {
  /// What a key means.
  public enum Meaning: Equatable, Sendable {
    /// A wish, for ``Dashboard/perform(_:at:)``.
    case command(Command)
    /// A key in the line that is being typed, for ``Dashboard/type(_:at:)``.
    case text(PromptKey)
  }

  private let commands: [Key: Command]

  /// The default keys.
  public init() {
    var commands: [Key: Command] = [:]
    for entry in Command.table {
      for notation in entry.keys {
        if let key = Key.parse(notation) { commands[key] = entry.command }
      }
    }
    self.commands = commands
  }

  /// What a key means now; nil for none.
  public func meaning(of key: Key, in dashboard: Dashboard) -> Meaning? {
    switch dashboard.overlay {
    case .prompt: return promptMeaning(of: key)
    case .dialog(let dialog): return choice(key, among: dialog.choices.map(\.key)) ?? restricted(key)
    case .filterMenu: return choice(key, among: ["a", "f", "s", "r", "t", "/"]) ?? restricted(key)
    case .help, nil: return commands[key].map(Meaning.command)
    }
  }

  private func choice(_ key: Key, among letters: [Character]) -> Meaning? {
    guard case .character(let letter) = key, letters.contains(letter) else { return nil }
    return .command(.choose(letter))
  }

  /// While a question is open, only keys that move in it, close it or insist.
  private func restricted(_ key: Key) -> Meaning? {
    guard let command = commands[key] else { return nil }
    switch command {
    case .moveUp, .moveDown, .nextPanel, .previousPanel, .open, .back, .interrupt, .redraw, .suspend:
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
