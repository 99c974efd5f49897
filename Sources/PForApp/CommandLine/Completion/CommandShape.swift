import ArgumentParser

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
