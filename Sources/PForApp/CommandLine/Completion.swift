import ArgumentParser
import ParallelForDashboard
import RunStore
import Themes

/// The command lines by which shells get their script and ask for completions.
enum CompletionCommands {
  private static let wantsScript = "--generate-completion-script"

  /// Answers a shell.
  ///
  /// - Returns: the lines to print; nil if the command line is not a shell's question.
  /// - Throws: if there is no script for the shell.
  static func answer(
    _ arguments: [String], environment: @autoclosure () -> [String: String]
  ) throws(AppError) -> [String]? {
    switch arguments.first {
    case wantsScript: return [try script(arguments.dropFirst().first ?? environment()["SHELL"] ?? "")]
    case CompletionScript.question: return offers(for: Array(arguments.dropFirst()), environment())
    default: return nil
    }
  }

  private static func script(_ shell: String) throws(AppError) -> String {
    let name = shell.split(separator: "/").last.map(String.init) ?? ""
    guard let text = CompletionScript.text(for: name) else {
      throw AppError("\(wantsScript): expected bash, zsh or fish")
    }
    return text
  }

  private static func offers(for words: [String], _ environment: [String: String]) -> [String] {
    guard let root = CommandShape.of(PForTUI.self) else { return [] }
    let completion = Completion(root: root) { names(of: $0, environment) }
    return completion.offers(for: words).map(\.line)
  }

  private static func names(of valueName: String, _ environment: [String: String]) -> [String] {
    switch valueName {
    case "theme": Themes.all(userDirectory: ThemeRing.userDirectory(environment)).map(\.name)
    case "run": RunHistory.standard(environment: environment)?.names() ?? []
    default: []
    }
  }
}

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

/// The parts of a command that completion needs: its options and subcommands, as the argument parser describes them.
struct CommandShape: Decodable {
  /// An option, a flag or a positional argument.
  struct Argument: Decodable {
    struct Name: Decodable {
      var kind: String
      var name: String

      var written: String { kind == "short" ? "-\(name)" : "--\(name)" }
    }

    enum Kind: String, Decodable {
      case option, flag, positional
    }

    var kind: Kind
    var names: [Name]?
    var valueName: String
    var abstract: String?
    var allValues: [String]?
    var completionKind: [String: Ignored]?
    var isRepeating: Bool

    /// The names with their dashes.
    var words: [String] { names?.map(\.written) ?? [] }
    var takesFiles: Bool { completionKind?.keys.contains { $0 == "file" || $0 == "directory" } ?? false }
  }

  /// A value that is not decoded.
  struct Ignored: Decodable {
    init(from decoder: any Decoder) {}
  }

  var commandName: String
  var abstract: String?
  var arguments: [Argument]?
  var subcommands: [CommandShape]?

  /// The shape of a command with all its subcommands; nil if the parser's description cannot be decoded.
  static func of(_ command: any ParsableCommand.Type) -> CommandShape? {
    struct Dump: Decodable {
      var command: CommandShape
    }
    return JSONWords.decode(Dump.self, from: command._dumpHelp())?.command
  }
}
