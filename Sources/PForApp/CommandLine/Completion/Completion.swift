/// The completions of the word that the user is typing. A pure value: ``known`` looks names up.
struct Completion {
  /// One completion.
  enum Offer: Equatable {
    case word(String, help: String)
    /// The files that the shell finds.
    case files
    /// The programs that the shell finds.
    case commands
  }

  /// The program's command line.
  let root: CommandShape
  /// The known values of a kind, such as `theme`, besides files.
  let known: (_ valueName: String) -> [String]

  /// Returns the completions.
  ///
  /// - Parameter words: the words after the program's name, up to the one that is being typed, which may be empty.
  func offers(for words: [String]) -> [Offer] {
    // Some shells treat an equals sign as a word.
    var before = words.filter { $0 != "=" }
    let current = words.last == "=" ? "" : before.popLast() ?? ""
    if let end = before.firstIndex(of: "--") { return [end == before.count - 1 ? .commands : .files] }
    let subcommand = root.subcommands?.first { $0.commandName == before.first }
    let command = subcommand ?? root
    if let option = command.argument(named: before.last), option.kind == .option {
      return values(of: option, current)
    }
    if let (name, value) = Self.parts(current), let option = command.argument(named: name) {
      return values(of: option, value, prefix: "\(name)=")
    }
    if current.hasPrefix("-") { return options(of: command, without: before, current) }
    if before.isEmpty || subcommand?.commandName == "help" {
      return subcommands(current) + (before.isEmpty ? [.files] : [])
    }
    guard let subcommand else { return [.files] }
    return subcommand.arguments?.first { $0.kind == .positional }.map { values(of: $0, current) + [.files] } ?? []
  }

  /// The name and the value of `--name=value`.
  private static func parts(_ word: String) -> (String, String)? {
    guard word.hasPrefix("--"), let sign = word.firstIndex(of: "=") else { return nil }
    return (String(word[..<sign]), String(word[word.index(after: sign)...]))
  }

  private func subcommands(_ current: String) -> [Offer] {
    (root.subcommands ?? []).filter { $0.commandName.hasPrefix(current) }
      .map { .word($0.commandName, help: $0.abstract ?? "") }
  }

  private func options(of command: CommandShape, without before: [String], _ current: String) -> [Offer] {
    let free = (command.arguments ?? []).filter { $0.isRepeating || !$0.words.contains(where: before.contains) }
    return free.flatMap { argument in
      argument.words.filter { $0.hasPrefix(current) }.map { .word($0, help: argument.abstract ?? "") }
    }
  }

  private func values(of argument: CommandShape.Argument, _ current: String, prefix: String = "") -> [Offer] {
    let values = (argument.allValues ?? []) + known(argument.valueName)
    let words = values.filter { $0.hasPrefix(current) }.map { Offer.word(prefix + $0, help: "") }
    return words + (argument.takesFiles && prefix.isEmpty ? [.files] : [])
  }
}

extension CommandShape {
  fileprivate func argument(named name: String?) -> Argument? {
    arguments?.first { argument in name.map(argument.words.contains) ?? false }
  }
}

extension Completion.Offer {
  /// The completion as a line for the shell's script: a word and its help, or an empty word and what to look for.
  var line: String {
    switch self {
    case .word(let word, let help): "\(word)\t\(help)"
    case .files: "\tfiles"
    case .commands: "\tcommands"
    }
  }
}
