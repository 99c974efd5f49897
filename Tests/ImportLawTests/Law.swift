/// Something that only some files may do.
struct Law: CustomStringConvertible {
  /// What the law restricts, in words.
  let about: String
  /// A regular expression for code that does it.
  let pattern: String
  /// The folders and files to search; nil is the whole program.
  let folders: [String]?
  /// The files that may do it, and folders of such files, with a slash at the end.
  let allowed: [String]
  /// Whether to search string literals too.
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

  /// The files to search.
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
