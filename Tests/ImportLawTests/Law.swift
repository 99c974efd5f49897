/// One thing that only some files may do.
struct Law: CustomStringConvertible {
  /// What is kept apart, in words.
  let about: String
  /// What doing it looks like in the code.
  let pattern: String
  /// The folders and files in which it is looked for; nil is the whole program.
  let folders: [String]?
  /// Files, or folders with a slash at the end, that may.
  let allowed: [String]
  /// Whether it is looked for in string literals too.
  let inLiterals: Bool

  init(
    _ about: String, _ pattern: String, in folders: [String]? = nil, only allowed: [String] = [],
    inLiterals: Bool = false
  ) {
    self.about = about
    self.pattern = pattern
    self.folders = folders
    self.allowed = allowed
    self.inLiterals = inLiterals
  }

  var description: String { about }

  /// The files that it is looked for in.
  var files: [SourceFile] {
    guard let folders else { return SourceFile.product }
    return (SourceFile.product + SourceFile.tests).filter { file in
      folders.contains { file.path == $0 || file.path.hasPrefix($0 + "/") }
    }
  }

  /// The places where a file does it, as `path:line`.
  func places(in file: SourceFile) -> [String] {
    SourceText.matches(of: pattern, in: inLiterals ? file.uncommented : file.code).map { "\(file.path):\($0.line)" }
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
