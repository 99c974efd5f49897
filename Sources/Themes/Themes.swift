import OSText

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The available themes.
package enum Themes {
  /// A theme and its origin.
  package struct Found: Sendable {
    /// The name that selects the theme.
    package var name: String
    /// The file of the theme; nil for a shipped theme.
    package var path: String?
    package var theme: Theme
    /// The warnings about the file.
    package var warnings: [ThemeWarning]
  }

  /// The shipped themes, which are part of the program; the default one is first.
  package static let builtin: [Found] = {
    let initial = shipped("default", PackageResources.default_toml) { _ in Theme(name: "default") }
    let others: [(String, [UInt8])] = [
      ("dark", PackageResources.dark_toml),
      ("light", PackageResources.light_toml),
      ("colorblind", PackageResources.colorblind_toml),
      ("high-contrast", PackageResources.high_contrast_toml),
      ("mono", PackageResources.mono_toml),
    ]
    return [initial] + others.map { shipped($0, $1) { $0 == "default" ? initial.theme : nil } }
  }()

  /// The theme that is used when the user names none: the terminal's own colours.
  package static var standard: Theme { builtin[0].theme }

  /// Returns the shipped theme with a name.
  package static func builtin(named name: String) -> Found? { builtin.first { $0.name == name } }

  static var mono: Theme { builtin(named: "mono")?.theme ?? standard }

  /// Finds a theme by its name or its file.
  ///
  /// A name with a slash or the ending `.toml` is a file. Otherwise the directories are searched in order for
  /// `NAME.toml`, then the shipped themes, so a user can replace one.
  ///
  /// - Throws: `ThemeError` when the theme is missing or unreadable. Mistakes within it become warnings.
  package static func find(nameOrFile name: String, searching directories: [String] = []) throws(ThemeError) -> Found {
    if name.utf8.contains(UInt8(ascii: "/")) || name.hasSuffix(".toml") { return try read(name) }
    for directory in directories {
      let path = "\(directory)/\(name).toml"
      if OSFile.exists(path) { return try read(path) }
    }
    if let found = builtin(named: name) { return found }
    throw .notFound(name, known: builtin.map(\.name) + directories.flatMap(names(in:)))
  }

  /// Returns all themes: the user's that can be read, by name, and the shipped ones that they do not replace.
  ///
  /// - Parameters:
  ///   - userDirectory: The directory of the user's own themes; nil for none.
  ///   - whenUnreadable: Called with the error of each file there that cannot be read.
  package static func all(userDirectory: String?, whenUnreadable: (ThemeError) -> Void = { _ in }) -> [Found] {
    var own: [Found] = []
    for path in userDirectory.map({ directory in names(in: directory).map { "\(directory)/\($0).toml" } }) ?? [] {
      do throws(ThemeError) { own.append(try read(path)) } catch { whenUnreadable(error) }
    }
    let replaced = Set(own.map(\.name))
    return builtin.filter { !replaced.contains($0.name) } + own
  }

  private static func shipped(_ name: String, _ bytes: [UInt8], base: (String) -> Theme?) -> Found {
    let file = ThemeFile(bytes, source: "\(name).toml", fallbackName: name, base: base)
    return Found(name: name, path: nil, theme: file.theme, warnings: file.warnings)
  }

  private static func names(in directory: String) -> [String] {
    OSFile.names(in: directory).filter { $0.hasSuffix(".toml") && !$0.hasPrefix(".") }.map { String($0.dropLast(5)) }
      .sorted()
  }

  private static func read(_ path: String) throws(ThemeError) -> Found {
    let bytes = try ThemeBytes.read(path)
    let file = OSFile.parts(path).last ?? path
    let name = file.hasSuffix(".toml") ? String(file.dropLast(5)) : file
    let parsed = ThemeFile(parsing: bytes, source: path, fallbackName: name)
    return Found(name: name, path: path, theme: parsed.theme, warnings: parsed.warnings)
  }
}

/// Reads the bytes of a theme's file.
enum ThemeBytes {
  /// The maximum size in bytes; a larger file was named by mistake.
  private static let largestFile = 1 << 20

  /// - Throws: when the file is missing, not regular, unreadable or too large.
  static func read(_ path: String) throws(ThemeError) -> [UInt8] {
    var status = stat()
    guard stat(path.osPath, &status) == 0 else { throw unreadable(path, errno) }
    // Opening a pipe without a writer would block.
    guard status.st_mode & S_IFMT == S_IFREG else {
      let isDirectory = status.st_mode & S_IFMT == S_IFDIR
      throw .unreadable(path, reason: isDirectory ? "it is a directory" : "it is not a regular file")
    }
    guard let bytes = OSFile.contents(path, limit: largestFile) else { throw unreadable(path, errno) }
    return bytes
  }

  private static func unreadable(_ path: String, _ code: Int32) -> ThemeError {
    switch code {
    case ENOENT: .unreadable(path, reason: "no such file")
    case EFBIG: .unreadable(path, reason: "it is larger than 1 MiB")
    default: .unreadable(path, reason: String(cString: strerror(code)))
    }
  }
}
