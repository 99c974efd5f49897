import OSText

/// Words and lines as shells read them back: bash, dash, zsh, and all others with the quotes of POSIX.
///
/// The strings are those of ``OSText``: a byte that is not UTF-8 is quoted as it is.
public enum ShellWord {
  /// The place of a word.
  public enum Place: Sendable {
    /// At the beginning of a command, where some words mean something else.
    case command
    /// Behind other words.
    case argument
  }

  private static let harmless = table(of: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-")

  /// What bash, dash or zsh take for a part of their language at the beginning of a command.
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

  /// A word for a shell: as it is when nothing in it means anything to a shell, otherwise in single quotes.
  public static func quoted(_ word: String, as place: Place = .argument) -> String {
    isHarmless(word, as: place) ? word : inQuotes(word)
  }

  /// Whether a shell takes a word as it is.
  static func isHarmless(_ word: String, as place: Place) -> Bool {
    guard let first = word.utf8.first, word.utf8.allSatisfy({ harmless[Int($0)] }) else { return false }
    switch place {
    // zsh takes =ls for the path of ls.
    case .argument: return first != UInt8(ascii: "=")
    case .command:
      return first != UInt8(ascii: "%") && !word.utf8.contains(UInt8(ascii: "=")) && !reserved.contains(word)
    }
  }

  /// A word in single quotes, whatever it is.
  static func inQuotes(_ word: String) -> String {
    // Scalar by scalar: a quote with an accent on it is another character to Swift, and a quote to a shell.
    var quoted = "'"
    for scalar in word.unicodeScalars {
      if scalar == "'" { quoted += #"'\''"# } else { quoted.unicodeScalars.append(scalar) }
    }
    return quoted + "'"
  }

  /// A command as one line without control characters, which does the same in a shell; as it is when it has none.
  ///
  /// There is no way to write a newline in a word of one line that bash, dash and zsh have in common. So `printf` makes
  /// the command, and the shell reads that.
  public static func oneLine(_ command: String) -> String {
    guard command.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return command }
    var format = ""
    for scalar in command.unicodeScalars {
      switch scalar {
      case "\\": format += #"\\"#
      case "%": format += "%%"
      // Some shells look for a past command behind an exclamation mark, even here.
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
