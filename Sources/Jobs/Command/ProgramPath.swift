import ParallelFor

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Finds programs as `execvp` does, and remembers the last one: nearly always all workers ask for the same.
///
/// Names and paths are bytes.
final class ProgramPath: Sendable {
  private static let slash = UInt8(ascii: "/")

  private let folders: [[UInt8]]
  private let lock = Lock()
  nonisolated(unsafe) private var last: (name: [UInt8], path: [UInt8]) = ([], [])

  /// Takes the value of `PATH`; nil means the system's usual folders.
  init(_ path: [UInt8]?) {
    folders = (path ?? Array("/usr/local/bin:/usr/bin:/bin".utf8))
      .split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
      .map { $0.isEmpty ? [UInt8(ascii: ".")] : Array($0) }
  }

  /// The path to run for a command's first word.
  ///
  /// - Returns: the word itself when it holds a slash or is found nowhere; starting it then gives the reason.
  func resolve(_ program: [UInt8]) -> [UInt8] {
    guard !program.isEmpty && !program.contains(Self.slash) else { return program }
    return lock.withLock {
      if last.name != program { last = (program, lookUp(program)) }
      return last.path
    }
  }

  /// Looks up again a program that is no longer where it was found.
  func resolveAgain(_ program: [UInt8]) -> [UInt8] {
    lock.withLock { last = ([], []) }
    return resolve(program)
  }

  private func lookUp(_ program: [UInt8]) -> [UInt8] {
    let candidates = folders.map { $0 + [Self.slash] + program }.filter(Self.isFile)
    // Like execvp: one that may not be executed is passed over, and named only when there is no better one.
    return candidates.first { access(Self.cString($0), X_OK) == 0 } ?? candidates.first ?? program
  }

  /// Whether a path leads to a regular file.
  static func isFile(_ path: [UInt8]) -> Bool {
    var status = stat()
    return stat(cString(path), &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// The path with a NUL behind it.
  static func cString(_ path: [UInt8]) -> [CChar] { (path + [0]).map { CChar(bitPattern: $0) } }
}
