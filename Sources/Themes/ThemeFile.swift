import Screen
import TOMLKit

/// A theme as its author writes it, in TOML.
///
///     name = "Sea"
///     about = "calm blues"
///     variant = "dark"            # dark, light or any
///     inherits = "default"        # a shipped theme, for the roles that are left out
///     [palette]                   # names of your own: "#rrggbb", 0 to 255, one of the 16 colours, "default"
///     sky = "#56b4e9"
///     [roles]                     # role = "colour on colour +attribute"; without "on", the background of text
///     text = "default"
///     title = "sky +bold"
///     worker.idle = "default +dim"
///     [glyphs]                    # state = "Unicode|ASCII"
///     item.failed = "✗|x"
///
/// Nothing in a file can make a theme unusable: what is wrong is reported and looks as in the default theme.
public struct ThemeFile: Sendable {
  /// The theme.
  public private(set) var theme: Theme
  /// What was passed over, in the order of its finding.
  public private(set) var warnings: [ThemeWarning] = []
  private let source: String
  private let lines: KeyLines

  /// Reads a theme.
  ///
  /// - Parameters:
  ///   - text: The file's contents.
  ///   - source: What warnings call the file.
  ///   - fallbackName: The theme's name when the file gives none.
  public init(parsing text: String, source: String, fallbackName: String) {
    self.init(text, source: source, fallbackName: fallbackName, base: { Themes.builtin(named: $0)?.theme })
  }

  /// Reads a theme on top of what `base` knows by name; the shipped themes come through here, and know no other.
  init(_ text: String, source: String, fallbackName: String, base: (String) -> Theme?) {
    self.source = source
    lines = KeyLines(text)
    theme = Theme(name: SafeText.visible(fallbackName))
    if let line = KeyLines.unreadableLine(of: text) {
      warnings.append(
        ThemeWarning(source: source, line: line, key: "", problem: "not TOML: expected a section or a key of letters"))
      inherit("default", base: base)
      return
    }
    let table: TOMLTable
    do {
      table = try TOMLTable(string: text)
    } catch {
      let line = (error as? TOMLParseError)?.source.begin.line
      warnings.append(ThemeWarning(source: source, line: line, key: "", problem: "not TOML: \(Self.reason(error))"))
      inherit("default", base: base)
      return
    }
    read(table, base: base)
  }

  private static func reason(_ error: any Error) -> String {
    (error as? TOMLParseError)?.description ?? String(describing: error)
  }

  private mutating func read(_ table: TOMLTable, base: (String) -> Theme?) {
    let entries = Self.flatten(table, prefix: "")
    let name = entries["inherits"]?.string ?? "default"
    if !inherit(name, base: base) {
      warn("inherits", "expected the name of a shipped theme; not \"\(name)\"")
      inherit("default", base: base)
    }
    readHead(entries)
    var notation = StyleNotation(palette: readPalette(entries), background: .terminalDefault)
    for role in ThemeRole.allCases {
      readRole(role, entries, notation, isComplete: entries["inherits"] == nil)
      // The first role is plain text: its background is that of all others.
      notation.background = theme[.text].background
    }
    readGlyphs(entries)
    warnAboutUnknownKeys(entries)
  }

  @discardableResult
  private mutating func inherit(_ name: String, base: (String) -> Theme?) -> Bool {
    guard let base = base(name) else { return false }
    let own = theme
    theme = base
    theme.name = own.name
    theme.about = ""
    return true
  }

  private mutating func readHead(_ entries: [String: Entry]) {
    if let name = readText("name", entries) { theme.name = name }
    if let about = readText("about", entries) { theme.about = about }
    guard let variant = readText("variant", entries) else { return }
    if let known = Theme.Variant(rawValue: variant) {
      theme.variant = known
    } else {
      warn("variant", "expected \"dark\", \"light\" or \"any\"; not \"\(variant)\"")
    }
  }

  private mutating func readText(_ key: String, _ entries: [String: Entry]) -> String? {
    guard let entry = entries[key] else { return nil }
    guard let text = entry.string, !text.isEmpty else {
      warn(key, "expected a text")
      return nil
    }
    return TextWidth.prefix(text, columns: 200)
  }

  private mutating func readPalette(_ entries: [String: Entry]) -> [String: Color] {
    var palette: [String: Color] = [:]
    for (key, entry) in entries.sorted(by: { $0.key < $1.key }) where key.hasPrefix("palette.") {
      guard let value = entry.string ?? entry.number.map(String.init), let color = StyleNotation.literal(value) else {
        warn(key, "expected \"#rrggbb\", 0 to 255, \"default\", or one of the 16 colours")
        continue
      }
      palette[String(key.dropFirst("palette.".count))] = color
    }
    return palette
  }

  private mutating func readRole(
    _ role: ThemeRole, _ entries: [String: Entry], _ notation: StyleNotation, isComplete: Bool
  ) {
    if let style = readStyle(role, entries, notation) {
      theme[role] = style
    } else if isComplete, entries["roles.\(role.name)"] == nil {
      warn("roles.\(role.name)", "missing; the default theme's style is used")
    }
  }

  private mutating func readStyle(_ role: ThemeRole, _ entries: [String: Entry], _ notation: StyleNotation) -> Style? {
    let key = "roles.\(role.name)"
    guard let entry = entries[key] else { return nil }
    guard let value = entry.string else {
      warn(key, "expected a text such as \"red on black +bold\"")
      return nil
    }
    do {
      return try notation.style(value)
    } catch {
      warn(key, "expected \(error.expected)")
      return nil
    }
  }

  private mutating func readGlyphs(_ entries: [String: Entry]) {
    for role in ThemeRole.allCases {
      let key = "glyphs.\(role.name)"
      guard let entry = entries[key] else { continue }
      let parts = entry.string?.split(separator: "|", omittingEmptySubsequences: false) ?? []
      guard parts.count == 2, let unicode = Self.single(parts[0]), let ascii = Self.single(parts[1]), ascii.isASCII
      else {
        warn(key, "expected one column of Unicode, a bar, and one ASCII character, such as \"✓|+\"")
        continue
      }
      theme.glyphs[role] = ThemeGlyph(unicode: unicode, ascii: ascii)
    }
  }

  private static func single(_ text: Substring) -> Character? {
    guard text.count == 1, SafeText.visible(String(text)) == text, TextWidth.columns(of: String(text)) == 1 else {
      return nil
    }
    return text.first
  }

  private mutating func warnAboutUnknownKeys(_ entries: [String: Entry]) {
    for key in entries.keys.sorted() where !Self.isKnown(key) {
      warn(key, "unknown; it is passed over")
    }
  }

  private static func isKnown(_ key: String) -> Bool {
    if ["name", "about", "source", "variant", "inherits"].contains(key) || key.hasPrefix("palette.") { return true }
    for section in ["roles.", "glyphs."] where key.hasPrefix(section) {
      return ThemeRole(name: String(key.dropFirst(section.count))) != nil
    }
    return false
  }

  private mutating func warn(_ key: String, _ problem: String) {
    warnings.append(ThemeWarning(source: source, line: lines.line(of: key), key: key, problem: problem))
  }
}

extension ThemeFile {
  /// A value of the file, as far as themes have values.
  private struct Entry {
    var string: String?
    var number: Int?
  }

  /// All values by their dotted keys, whether the author wrote sections, dots or quotes.
  private static func flatten(_ table: TOMLTable, prefix: String) -> [String: Entry] {
    var entries: [String: Entry] = [:]
    for (key, value) in table {
      if let inner = value.table {
        entries.merge(flatten(inner, prefix: "\(prefix)\(key).")) { first, _ in first }
      } else {
        entries[prefix + key] = Entry(string: value.string, number: value.int)
      }
    }
    return entries
  }
}
