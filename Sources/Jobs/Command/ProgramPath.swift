import OSText
import ParallelFor

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Finds programs as `execvp` does, and remembers the last one, because nearly all workers ask for the same.
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

  /// Returns the path to run for a command's first word.
  ///
  /// - Returns: the word itself when it contains a slash or is not found; starting it then gives the reason.
  func resolve(_ program: [UInt8]) -> [UInt8] {
    guard !program.isEmpty && !program.contains(Self.slash) else { return program }
    return lock.withLock {
      if last.name != program { last = (program, lookUp(program)) }
      return last.path
    }
  }

  /// The names of the files in the folders, which may not all be programs.
  var names: [String] { folders.flatMap { OSFile.names(in: OSText.decode($0)) } }

  /// Looks up a program again that is no longer where it was found.
  func resolveAgain(_ program: [UInt8]) -> [UInt8] {
    lock.withLock { last = ([], []) }
    return resolve(program)
  }

  private func lookUp(_ program: [UInt8]) -> [UInt8] {
    let candidates = folders.map { $0 + [Self.slash] + program }.filter(Self.isFile)
    // Like execvp: a file that is not executable is used only when there is no better one.
    return candidates.first(where: Self.mayBeRun) ?? candidates.first ?? program
  }

  /// Whether a path leads to a regular file.
  static func isFile(_ path: [UInt8]) -> Bool {
    var status = stat()
    return stat(cString(path), &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// Whether this user may run the file at a path.
  static func mayBeRun(_ path: [UInt8]) -> Bool { access(cString(path), X_OK) == 0 }

  /// Returns the path with a terminating NUL.
  static func cString(_ path: [UInt8]) -> [CChar] { (path + [0]).map { CChar(bitPattern: $0) } }
}
