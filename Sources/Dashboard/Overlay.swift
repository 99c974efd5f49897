public import ParallelFor

/// What lies over the panels and takes the keys.
public enum Overlay: Equatable, Sendable {
  /// All keys; the first line shown.
  case help(top: Int)
  /// A line that is typed.
  case prompt(Prompt)
  /// The choice of a filter.
  case filterMenu
  /// A question.
  case dialog(Dialog)
}

/// A line that is being typed, and what for.
public struct Prompt: Equatable, Sendable {
  /// What the text is for.
  public enum Kind: Equatable, Sendable { case threads, search, filterText }

  /// Longer texts are not taken.
  public static let maximumLength = 200

  /// What the text is for.
  public var kind: Kind
  /// What has been typed.
  public var text: String

  /// Makes a prompt.
  public init(kind: Kind, text: String = "") {
    self.kind = kind
    self.text = text
  }

  mutating func type(_ character: Character) {
    if kind == .threads, !(character.isASCII && character.isNumber && text.count < 5) { return }
    if text.count < Self.maximumLength { text.append(character) }
  }

  /// Adds a pasted text as one line: breaks of lines and other control characters become a space, and submit nothing.
  ///
  /// Where a number is typed, only a number is taken: the digits of another text are none.
  mutating func paste(_ pasted: String) {
    let line = pasted.split(whereSeparator: Self.isControl).joined(separator: " ")
    let words = line.split(separator: " ")
    if kind == .threads, words.count != 1 || words.contains(where: { !$0.allSatisfy(\.isNumber) }) { return }
    for character in (kind == .threads ? words[0] : line[...]).prefix(Self.maximumLength) { type(character) }
  }

  private static func isControl(_ character: Character) -> Bool {
    character.isNewline || character.unicodeScalars.contains { $0.properties.generalCategory == .control }
  }
}

/// A key in a prompt.
public enum PromptKey: Equatable, Sendable {
  case character(Character)
  /// A text that came at once.
  case paste(String)
  case backspace, clear, submit, cancel
}

/// A question with answers to choose from.
public struct Dialog: Equatable, Sendable {
  /// What is asked.
  public enum Kind: Equatable, Sendable {
    /// What is to become of what runs, when the program is left.
    case leave
    /// How to stop one item.
    case kill(ItemID)
  }

  /// An answer.
  public enum Choice: Equatable, Sendable {
    case keepRunning, finish, stopNow
    case leaveAlone, terminate, kill

    /// The letter that chooses it.
    public var key: Character {
      switch self {
      case .keepRunning: "k"
      case .finish: "f"
      case .stopNow: "s"
      case .leaveAlone: "n"
      case .terminate: "t"
      case .kill: "k"
      }
    }
  }

  /// What is asked.
  public let kind: Kind
  /// The answers; the first one changes nothing and is selected at first.
  public let choices: [Choice]
  /// Which answer Enter takes.
  public internal(set) var selected = 0

  init(_ kind: Kind) {
    self.kind = kind
    choices =
      switch kind {
      case .leave: [.keepRunning, .finish, .stopNow]
      case .kill: [.leaveAlone, .terminate, .kill]
      }
  }
}
