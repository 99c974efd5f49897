import OSText

/// Quotes words and lines so that shells read them back: bash, dash, zsh, and all others with POSIX quotes.
///
/// The strings are those of ``OSText``: a byte that is not UTF-8 is kept in the quoted word.
public enum ShellWord {
  /// The position of a word.
  public enum Place: Sendable {
    /// At the start of a command, where some words have another meaning.
    case command
    /// After other words.
    case argument
  }

  private static let harmless = table(of: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-")

  /// Words that bash, dash or zsh treat as part of their language at the start of a command.
  private static let reserved: Set<String> = [
    "if", "then", "else", "elif", "fi", "case", "esac", "for", "select", "while", "until", "do", "done", "in",
    "function", "time", "coproc", "repeat", "foreach", "end", "nocorrect", "declare", "export", "float", "integer",
    "local", "readonly", "typeset",
  ]

  private static func table(of characters: String) -> [Bool] {
    var table = [Bool](repeating: false, count: 256)
    for byte in characters.utf8 { table[Int(byte)] = true }
    return table
  }

  /// Returns a word for a shell: unchanged when nothing in it is special to a shell, otherwise in single quotes.
  public static func quoted(_ word: String, as place: Place = .argument) -> String {
    isHarmless(word, as: place) ? word : inQuotes(word)
  }

  /// Whether a shell reads a word unchanged.
  static func isHarmless(_ word: String, as place: Place) -> Bool {
    guard let first = word.utf8.first, word.utf8.allSatisfy({ harmless[Int($0)] }) else { return false }
    switch place {
    // zsh expands =ls to the path of ls.
    case .argument: return first != UInt8(ascii: "=")
    case .command:
      return first != UInt8(ascii: "%") && !word.utf8.contains(UInt8(ascii: "=")) && !reserved.contains(word)
    }
  }

  /// Returns a word in single quotes.
  static func inQuotes(_ word: String) -> String {
    // Scalar by scalar: Swift treats a quote with a combining accent as another character, but a shell does not.
    var quoted = "'"
    for scalar in word.unicodeScalars {
      if scalar == "'" { quoted += #"'\''"# } else { quoted.unicodeScalars.append(scalar) }
    }
    return quoted + "'"
  }

  /// Returns an equivalent command in one line without control characters; unchanged if it has none.
  ///
  /// No notation for a newline within one line is common to bash, dash and zsh. So `printf` produces the command, and
  /// the shell evaluates it.
  public static func oneLine(_ command: String) -> String {
    guard command.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return command }
    var format = ""
    for scalar in command.unicodeScalars {
      switch scalar {
      case "\\": format += #"\\"#
      case "%": format += "%%"
      // Some shells expand history after an exclamation mark, even here.
      case "'", "!", "\u{0}"..<" ", "\u{7F}": format += octal(scalar)
      default: format.unicodeScalars.append(scalar)
      }
    }
    return "eval \"$(printf '\(format)')\""
  }

  private static func octal(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 8)
    return #"\"# + String(repeating: "0", count: 3 - digits.utf8.count) + digits
  }
}
