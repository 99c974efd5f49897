import OSText

extension CommandJob {
  /// Checks before the run that the program exists and may be run, unless its name depends on the item.
  ///
  /// - Throws: a sentence that says what to type instead, as far as that can be guessed.
  public func checkProgram() throws(JobError) {
    guard let program = template.program else { return }
    let problem = program.isWhole ? programs.problem(with: program.name) : programs.problem(withLine: program.name)
    if let problem { throw JobError(problem) }
  }
}

extension ProgramPath {
  /// Returns why a program cannot be started; nil if it probably can.
  func problem(with program: [UInt8]) -> String? {
    let name = OSText.decode(program)
    guard !name.isEmpty else { return "the command is an empty string: give the program to run after --" }
    let path = resolve(program)
    if Self.isFile(path) {
      return Self.mayBeRun(path) ? nil : "not executable: \(name) (permission denied)"
    }
    let isPath = name.utf8.contains(UInt8(ascii: "/"))
    if isPath, OSFile.exists(name) { return "not executable: \(name) (not a regular file)" }
    return "command not found: \(name)\(advice(on: name, isPath: isPath))"
  }

  /// Returns why a word that begins like a shell line, with the item after that, is no program; nil if it may be one.
  func problem(withLine start: [UInt8]) -> String? {
    let first = start.prefix { $0 != UInt8(ascii: " ") }
    guard first.count < start.count, problem(with: Array(first)) == nil else { return nil }
    return "command not found: \(OSText.decode(start))…; all of this is one word; for a shell line, use --shell"
  }

  private func advice(on name: String, isPath: Bool) -> String {
    if name.utf8.contains(where: " \t\n|&;<>()$`*".utf8.contains) {
      return "; all of this is one word; for a shell line, use --shell \(ShellWord.quoted(name))"
    }
    let near = isPath ? nil : NearestWord.of(name, among: names)
    return near.map { "; did you mean \($0)?" } ?? ""
  }
}
