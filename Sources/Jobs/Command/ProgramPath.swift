import ParallelFor

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Finds programs as `execvp` does, and remembers the last one: nearly always all workers ask for the same.
final class ProgramPath: Sendable {
  private let folders: [String]
  private let lock = Lock()
  nonisolated(unsafe) private var last = (name: "", path: "")

  /// Takes the value of `PATH`; nil means the system's usual folders.
  init(_ path: String?) {
    folders = (path ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":", omittingEmptySubsequences: false)
      .map { $0.isEmpty ? "." : String($0) }
  }

  /// The path to run for a command's first word.
  ///
  /// - Returns: the word itself when it holds a slash or is found nowhere; starting it then gives the reason.
  func resolve(_ program: String) -> String {
    guard !program.isEmpty && !program.contains("/") else { return program }
    return lock.withLock {
      if last.name != program { last = (program, lookUp(program)) }
      return last.path
    }
  }

  private func lookUp(_ program: String) -> String {
    let candidates = folders.map { "\($0)/\(program)" }.filter(Self.isFile)
    // Like execvp: one that may not be executed is passed over, and named only when there is no better one.
    return candidates.first { access($0, X_OK) == 0 } ?? candidates.first ?? program
  }

  private static func isFile(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }
}
