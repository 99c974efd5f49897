import OSText

/// Random command lines of the program's options, with values that are valid, nearly valid, or wrong.
public enum RandomCommandLine {
  private static let flags = [
    "--write", "-0", "--null", "--header", "--no-header", "--unordered", "--tag", "--resume", "--force", "--no-run",
    "--no-tui", "--ascii", "-q", "--quiet", "--help", "--version", "-h", "--", "-", "---", "--no", "--=", "-=",
    "--tag=1",
    "resume", "runs", "show", "export", "prune", "replay", "themes", "help", "--failed", "--all", "--json",
    "--csv", "--dry-run",
  ]
  private static let options = [
    "--shell", "--db", "--sql", "--rows", "--busy-timeout", "--format", "-j", "-P", "--threads", "--jobs", "--slow",
    "--grace", "--retries", "--retry-delay", "--timeout", "--halt", "--time-budget", "-o", "--output", "--run",
    "--joblog", "--events", "--theme", "--color", "--script", "--when-done", "--speed", "--keep", "--size",
    "--older-than",
  ]
  private static let values = [
    "", "0", "-1", "1", "8", "200%", "+2", "-0", "1e3", "0x10", "0x10%", "nan", "inf", "5e-324%",
    "99999999999999999999",
    "3h50m", "500ms", "1d", "2.5x", "now,fail=1", "soon,done=3%", "never", "now,fail=0", "lines", "csv", "tsv", "jsonl",
    "json", "auto", "leave", "SELECT ?", "SELECT ?; SELECT 2", "SELECT :name, ?2", "-- ?", "echo {}", "{name}",
    "{1..3}",
    "{", "{{}}", "{=1=}", "{0}", "{..}", "{#}{%}", "'", "$(", "file:x?mode=ro", ":memory:", "max", "10GB", "٣", "é",
    "e\u{301}", "\u{1B}[31m", "\u{9B}2J", "a\nb", "\u{202E}", "\u{FEFF}",
  ]

  /// Returns the words of one command line, without NUL bytes.
  ///
  /// - Parameters:
  ///   - files: Names that may stand for items, databases and outputs.
  ///   - random: The random numbers.
  public static func words(files: [String], using random: inout SeededGenerator) -> [String] {
    var words: [String] = []
    if Int.random(in: 0..<8, using: &random) > 0 { words.append(files.randomElement(using: &random) ?? "") }
    for _ in 0..<Int.random(in: 0...6, using: &random) { words += option(files, &random) }
    if Bool.random(using: &random) {
      words.append("--")
      for _ in 0..<Int.random(in: 0...3, using: &random) { words.append(value(files, &random)) }
    }
    return words
  }

  private static func option(_ files: [String], _ random: inout SeededGenerator) -> [String] {
    switch Int.random(in: 0..<10, using: &random) {
    case 0...1: return [flags.randomElement(using: &random) ?? ""]
    case 2: return [value(files, &random)]
    case 3: return ["\(options.randomElement(using: &random) ?? "")=\(value(files, &random))"]
    case 4: return ["\(options.randomElement(using: &random) ?? "")\(value(files, &random))"]
    default: return [options.randomElement(using: &random) ?? "", value(files, &random)]
    }
  }

  private static func value(_ files: [String], _ random: inout SeededGenerator) -> String {
    switch Int.random(in: 0..<12, using: &random) {
    case 0...6: return values.randomElement(using: &random) ?? ""
    case 7...8: return files.randomElement(using: &random) ?? ""
    case 9: return String(repeating: values.randomElement(using: &random) ?? "", count: 300)
    case 10:
      let sample = Array((values.randomElement(using: &random) ?? "").utf8)
      return text(random.mutated(sample, tokens: values))
    default: return text(random.bytes(upTo: 40))
    }
  }

  /// Returns bytes as a word of a command line, without NUL, and with stand-ins for bytes that are not UTF-8.
  private static func text(_ bytes: [UInt8]) -> String {
    OSText.decode(bytes.filter { $0 != 0 })
  }
}
