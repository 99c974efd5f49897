package import ParallelFor

/// What covers the panels and takes the keys.
package enum Overlay: Equatable, Sendable {
  /// The list of keys, from the line `top` on.
  case help(top: Int)
  case prompt(Prompt)
  /// The choice of a filter.
  case filterMenu
  /// The choice of what to copy.
  case copyMenu
  case dialog(Dialog)
}

/// A part of an item that can be copied.
package enum CopiedPart: CaseIterable, Sendable {
  case item, command, output, errors

  /// The name, whose first letter chooses the part.
  package var name: String { "\(self)" }
}

/// A line being typed, and its purpose.
package struct Prompt: Equatable, Sendable {
  package enum Kind: Equatable, Sendable {
    case threads, search, filterText
    /// The name of a file for the list in the focused panel.
    case saveList
    /// A line for the shell about an item.
    case line(ItemID)
  }

  private static let maximumLength = 200

  package let kind: Kind
  package internal(set) var text: String

  package init(kind: Kind, text: String = "") {
    self.kind = kind
    self.text = text
  }

  mutating func type(_ character: Character) {
    if kind == .threads, !(character.isASCII && character.isNumber && text.count < 5) { return }
    if text.count < Self.maximumLength { text.append(character) }
  }

  /// Adds a pasted text as one line. Line breaks and other control characters become a space and submit nothing.
  ///
  /// A prompt for a number takes only a pasted number, not the digits of another text.
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

package enum PromptKey: Equatable, Sendable {
  case character(Character)
  case paste(String)
  case backspace, clear, submit, cancel
}

/// A question with answers to choose from.
package struct Dialog: Equatable, Sendable {
  package enum Kind: Equatable, Sendable {
    /// What to do with the running items when the program ends.
    case leave
    /// How to stop one item.
    case kill(ItemID)
    /// Whether to ask for a number of threads that is far above that of the processors.
    case threads(Int)
    /// Whether to run the failed items again after the end of the run.
    case runAgain
    /// Whether to run the query of an item again, to measure its plan.
    case measure(ItemID)
  }

  package enum Choice: Equatable, Sendable {
    case keepRunning, finish, stopNow
    case leaveAlone, terminate, kill
    case keepThreads, changeThreads
    case stayOver, runAgain
    case leaveUnmeasured, measure

    /// The letter that chooses the answer.
    package var key: Character {
      switch self {
      case .keepRunning: "k"
      case .finish: "f"
      case .stopNow: "s"
      case .leaveAlone: "n"
      case .terminate: "t"
      case .kill: "k"
      case .keepThreads, .stayOver, .leaveUnmeasured: "n"
      case .changeThreads, .runAgain, .measure: "y"
      }
    }
  }

  package let kind: Kind
  /// The answers. The first one changes nothing and is selected by default.
  package let choices: [Choice]
  /// The index of the answer that Enter takes.
  package internal(set) var selected = 0

  init(_ kind: Kind) {
    self.kind = kind
    choices =
      switch kind {
      case .leave: [.keepRunning, .finish, .stopNow]
      case .kill: [.leaveAlone, .terminate, .kill]
      case .threads: [.keepThreads, .changeThreads]
      case .runAgain: [.stayOver, .runAgain]
      case .measure: [.leaveUnmeasured, .measure]
      }
  }
}
