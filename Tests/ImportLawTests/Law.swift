/// One thing that only some files may do.
struct Law: CustomStringConvertible {
  /// What is kept apart, in words.
  let about: String
  /// What doing it looks like in the code.
  let pattern: String
  /// Where it is looked for; `Sources` is everywhere.
  let folders: [String]
  /// Files, or folders with a slash at the end, that may.
  let allowed: [String]
  /// Whether it is looked for in string literals too.
  let inLiterals: Bool

  init(
    _ about: String, _ pattern: String, in folders: [String] = ["Sources"], only allowed: [String] = [],
    inLiterals: Bool = false
  ) {
    self.about = about
    self.pattern = pattern
    self.folders = folders
    self.allowed = allowed
    self.inLiterals = inLiterals
  }

  var description: String { about }

  /// The places where a file does it, as `path:line`.
  func places(in file: SourceFile) throws -> [String] {
    let regex = try Regex(pattern)
    let text = inLiterals ? file.uncommented : file.code
    return text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
      .filter { $0.element.contains(regex) }
      .map { "\(file.path):\($0.offset + 1)" }
  }

  /// The entry that lets a file do it.
  func permission(for file: SourceFile) -> String? {
    allowed.first { $0.hasSuffix("/") ? file.path.hasPrefix($0) : file.path == $0 }
  }
}

/// What a target may import.
struct ImportLaw: CustomStringConvertible {
  let target: String
  let modules: Set<String>

  init(_ target: String, _ modules: String...) {
    self.target = target
    self.modules = Set(modules)
  }

  var description: String { target }
}
