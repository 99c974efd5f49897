import OSText

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The source of the items.
public enum ItemSource: Sendable, Equatable {
  /// A file, named pipe or device by its path.
  case file(String)
  /// Standard input.
  case standardInput

  /// The name of the source in messages.
  public var name: String {
    switch self {
    case .file(let path): path
    case .standardInput: "standard input"
    }
  }

  /// Whether the source is a regular file, whose items can be counted during the run.
  public var isRegularFile: Bool {
    var status = stat()
    let answer =
      switch self {
      case .file(let path): stat(path.osPath, &status)
      case .standardInput: fstat(0, &status)
      }
    return answer == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// Whether the source is a terminal, where typed lines are the items.
  public var isTerminal: Bool {
    guard case .file(let path) = self else { return isatty(0) == 1 }
    var status = stat()
    guard stat(path.osPath, &status) == 0, status.st_mode & S_IFMT == S_IFCHR else { return false }
    let descriptor = posixOpen(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return isatty(descriptor) == 1
  }

  /// Opens the source for reading.
  ///
  /// - Parameter isWatched: whether to detect changes to the bytes that were read from a file.
  /// - Throws: when the source is missing, a directory or unreadable; the error names the file.
  func open(isWatched: Bool) throws(ItemError) -> SourceDescriptor {
    switch self {
    case .file(let path):
      let descriptor = posixOpen(path, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw ItemError(path, ItemSource.reason(errno)) }
      return try SourceDescriptor(descriptor, name: name, closes: true, isWatched: isWatched)
    case .standardInput:
      return try SourceDescriptor(0, name: name, closes: false, isWatched: isWatched)
    }
  }

  private static func reason(_ code: Int32) -> String {
    switch code {
    case ENOENT: "no such file"
    case EACCES: "not readable (permission denied)"
    default: "cannot be opened: \(errorText(code))"
    }
  }
}
