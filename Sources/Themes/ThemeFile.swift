import Screen

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
/// Nothing in a file can make a theme unusable. Mistakes are reported, and those parts look as in the default theme.
package struct ThemeFile: Sendable {
  package private(set) var theme: Theme
  /// The problems in the file, in the order in which they were found.
  package private(set) var warnings: [ThemeWarning] = []
  private let source: String
  private var document: TOMLDocument?
  private var entries: [String: TOMLDocument.Entry] { document?.entries ?? [:] }

  /// The maximum number of warnings; more would not help.
  private static let mostWarnings = 50

  /// Reads a theme.
  ///
  /// - Parameters:
  ///   - text: The file's contents.
  ///   - source: The name of the file in warnings.
  ///   - fallbackName: The theme's name when the file gives none.
  package init(parsing text: String, source: String, fallbackName: String) {
    self.init(parsing: Array(text.utf8), source: source, fallbackName: fallbackName)
  }

  /// Reads a theme from the bytes of its file, which should be UTF-8.
  package init(parsing bytes: [UInt8], source: String, fallbackName: String) {
    self.init(bytes, source: source, fallbackName: fallbackName, base: { Themes.builtin(named: $0)?.theme })
  }

  /// Reads a theme that can inherit from the themes that `base` returns; shipped themes inherit only from the default.
  init(_ bytes: [UInt8], source: String, fallbackName: String, base: (String) -> Theme?) {
    self.source = source
    theme = Theme(name: TextWidth.prefix(fallbackName, columns: Self.longestText))
    do throws(TOMLError) {
      document = try TOMLDocument(bytes)
      read(base: base)
    } catch {
      warnings = [ThemeWarning(source: source, line: error.line, key: "", problem: "not TOML: \(error.problem)")]
      inherit("default", base: base)
    }
  }

  private mutating func read(base: (String) -> Theme?) {
    let name = readText("inherits") ?? "default"
    if !inherit(name, base: base) {
      warn("inherits", "expected the name of a shipped theme; not \(Self.quoted(name))")
      inherit("default", base: base)
    }
    readHead()
    var notation = StyleNotation(palette: readPalette(), background: .terminalDefault)
    for role in ThemeRole.allCases {
      readRole(role, notation, isComplete: entries["inherits"] == nil)
      // The first role is plain text; all others inherit its background.
      notation.background = theme[.text].background
    }
    readGlyphs()
    warnAboutUnknownKeys()
    boundWarnings()
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

  private mutating func readHead() {
    if let name = readText("name") { theme.name = name }
    if let about = readText("about") { theme.about = about }
    guard let variant = readText("variant") else { return }
    if let known = Theme.Variant(rawValue: variant) {
      theme.variant = known
    } else {
      warn("variant", "expected \"dark\", \"light\" or \"any\"; not \(Self.quoted(variant))")
    }
  }

  private mutating func readText(_ key: String) -> String? {
    guard let entry = entries[key] else { return nil }
    guard let text = entry.string, !text.isEmpty else {
      warn(key, "expected a string")
      return nil
    }
    return TextWidth.prefix(String(text.unicodeScalars.prefix(Self.longestText)), columns: Self.longestText)
  }

  private mutating func readPalette() -> [String: Color] {
    var palette: [String: Color] = [:]
    for (key, entry) in entries.sorted(by: { $0.key < $1.key }) where key.hasPrefix("palette.") {
      guard let color = Self.color(entry.value) else {
        warn(key, "expected \"#rrggbb\", 0 to 255, \"default\", or one of the 16 colours")
        continue
      }
      palette[String(key.dropFirst("palette.".count))] = color
    }
    return palette
  }

  private static func color(_ value: TOMLValue) -> Color? {
    switch value {
    case .string(let name): StyleNotation.literal(name)
    case .integer(let number): StyleNotation.literal(String(number))
    case .other: nil
    }
  }

  private mutating func readRole(
    _ role: ThemeRole, _ notation: StyleNotation, isComplete: Bool
  ) {
    if let style = readStyle(role, notation) {
      theme[role] = style
    } else if isComplete, entries["roles.\(role.name)"] == nil {
      warn("roles.\(role.name)", "missing; the default theme's style is used")
    }
  }

  private mutating func readStyle(_ role: ThemeRole, _ notation: StyleNotation) -> Style? {
    let key = "roles.\(role.name)"
    guard let entry = entries[key] else { return nil }
    guard let value = entry.string else {
      warn(key, "expected a string such as \"red on black +bold\"")
      return nil
    }
    do {
      return try notation.style(value)
    } catch {
      warn(key, "expected \(error.expected)")
      return nil
    }
  }

  private mutating func readGlyphs() {
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
    // A column can hold any number of combining marks, and is drawn often.
    guard text.utf8.count <= longestGlyph, text.count == 1, SafeText.visible(String(text)) == text,
      TextWidth.columns(of: String(text)) == 1
    else {
      return nil
    }
    return text.first
  }

  private mutating func warnAboutUnknownKeys() {
    for key in entries.keys.sorted() where !Self.isKnown(key) {
      warn(key, "unknown; it is ignored")
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
    warnings.append(ThemeWarning(source: source, line: document?.line(of: key), key: key, problem: problem))
  }

  private mutating func boundWarnings() {
    let more = warnings.count - Self.mostWarnings
    guard more > 0 else { return }
    warnings.removeLast(more)
    warnings.append(ThemeWarning(source: source, line: nil, key: "", problem: "\(more) more warnings"))
  }

  /// The maximum length of a text in columns and in Unicode scalars, because a column can hold any number of them.
  private static let longestText = 200
  /// The maximum size of a glyph in bytes.
  private static let longestGlyph = 32

  /// Returns a value as warnings show it.
  static func quoted(_ value: String) -> String {
    "\"\(TextWidth.prefix(String(value.unicodeScalars.prefix(longestText)), columns: 60))\""
  }
}

/// Parses values such as `sky on black +bold +reverse` into styles.
struct StyleNotation {
  /// What was expected in place of a wrong value.
  struct Problem: Error {
    var expected: String
  }

  /// The theme's own names for colours.
  var palette: [String: Color]
  /// The background for values that name none.
  var background: Color

  func style(_ value: String) throws(Problem) -> Style {
    var style = Style(background: background)
    var words = value.split(separator: " ").map(String.init)[...]
    if let first = words.first, !first.hasPrefix("+"), first != "on" {
      style.foreground = try color(first)
      words.removeFirst()
    }
    if words.first == "on" {
      words.removeFirst()
      guard let name = words.popFirst() else { throw Problem(expected: "a colour after \"on\"") }
      style.background = try color(name)
    }
    for word in words { style.attributes.insert(try attribute(word)) }
    return style
  }

  func color(_ name: String) throws(Problem) -> Color {
    if let color = palette[name] ?? Self.literal(name) { return color }
    throw Problem(
      expected:
        "a name from [palette], \"#rrggbb\", 0 to 255, \"default\", or one of the 16 colours; not \(ThemeFile.quoted(name))"
    )
  }

  /// Returns the colour of a name outside the palette; nil if the name is unknown.
  static func literal(_ name: String) -> Color? {
    if name == "default" { return .terminalDefault }
    if name.hasPrefix("#") { return hexadecimal(name.dropFirst()) }
    if let number = UInt8(name) { return number < 16 ? .ansi(number) : .indexed(number) }
    if let index = ansiNames.firstIndex(of: name) { return .ansi(UInt8(index)) }
    guard name.hasPrefix("bright-"), let index = ansiNames.firstIndex(of: String(name.dropFirst(7))) else { return nil }
    return .ansi(UInt8(index + 8))
  }

  private static func hexadecimal(_ digits: Substring) -> Color? {
    guard digits.count == 6, digits.allSatisfy(\.isHexDigit), let value = UInt32(digits, radix: 16) else { return nil }
    return .rgb(UInt8(value >> 16), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF))
  }

  private func attribute(_ word: String) throws(Problem) -> TextAttributes {
    switch word {
    case "+bold": .bold
    case "+dim": .dim
    case "+underline": .underline
    case "+reverse": .reverse
    case "+italic": .italic
    default: throw Problem(expected: "+bold, +dim, +underline, +reverse or +italic; not \(ThemeFile.quoted(word))")
    }
  }

  private static let ansiNames = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"]
}

/// A problem in a theme file; the affected part looks as in the default theme.
package struct ThemeWarning: Error, Equatable, Sendable {
  /// The file, or the name of a shipped theme.
  package var source: String
  /// The line, from 1; nil for the file as a whole.
  package var line: Int?
  /// The key, such as `roles.title`; empty for the file as a whole.
  package var key: String
  /// What is wrong and what was expected.
  package var problem: String
}

extension ThemeWarning: CustomStringConvertible {
  /// The warning as one line for the user, safe to print.
  package var description: String {
    let place = line.map { "\(source):\($0)" } ?? source
    return SafeText.visible(key.isEmpty ? "\(place): \(problem)" : "\(place): \(key): \(problem)")
  }
}

/// Why a theme cannot be used.
package enum ThemeError: Error, Equatable, Sendable {
  /// No shipped theme, no theme of the user and no file has this name.
  case notFound(String, known: [String])
  /// The file cannot be read.
  case unreadable(String, reason: String)
}

extension ThemeError: CustomStringConvertible {
  /// The reason as a sentence for the user, safe to print.
  package var description: String {
    switch self {
    case .notFound(let name, let known):
      SafeText.visible("no theme named \"\(name)\"; use one of \(known.joined(separator: ", ")), or name a file")
    case .unreadable(let path, let reason):
      SafeText.visible("cannot read the theme \"\(path)\": \(reason)")
    }
  }
}
