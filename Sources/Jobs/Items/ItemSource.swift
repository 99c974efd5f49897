import OSText

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Where the items come from.
public enum ItemSource: Sendable, Equatable {
  /// A file, named pipe or device by its path.
  case file(String)
  /// Standard input.
  case standardInput

  /// What to call it in messages.
  public var name: String {
    switch self {
    case .file(let path): path
    case .standardInput: "standard input"
    }
  }

  /// True for a regular file, whose items can be counted beside the run.
  public var isRegularFile: Bool {
    var status = stat()
    let answer =
      switch self {
      case .file(let path): stat(path.osPath, &status)
      case .standardInput: fstat(0, &status)
      }
    return answer == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// True for a terminal, whose keys are the items then.
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
  /// - Throws: an error naming the file and what is wrong: no such file, a directory, not readable.
  func open() throws(ItemError) -> SourceDescriptor {
    switch self {
    case .file(let path):
      let descriptor = posixOpen(path, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw ItemError(path, ItemSource.reason(errno)) }
      return try SourceDescriptor(descriptor, name: name, closes: true)
    case .standardInput:
      return try SourceDescriptor(0, name: name, closes: false)
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

/// An open source of bytes; closes its descriptor with its last reference.
final class SourceDescriptor {
  private let descriptor: Int32
  private let name: String
  private let closes: Bool
  /// The size of a regular file when it was opened; 0 for anything else.
  private let size: Int64
  private var position: Int64

  init(_ descriptor: Int32, name: String, closes: Bool) throws(ItemError) {
    self.descriptor = descriptor
    self.name = name
    self.closes = closes
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw ItemError(name, "cannot be read: \(errorText(errno))")
    }
    let isRegular = status.st_mode & S_IFMT == S_IFREG
    size = isRegular ? Int64(status.st_size) : 0
    position = isRegular ? Int64(max(0, lseek(descriptor, 0, SEEK_CUR))) : 0
    guard status.st_mode & S_IFMT != S_IFDIR else { throw ItemError(name, "is a directory, expected a file of items") }
  }

  deinit {
    if closes { close(descriptor) }
  }

  /// Reads what is there, waiting for at least one byte; 0 at the end.
  ///
  /// - Throws: when it cannot be read, or a file ends before the end that it had when it was opened.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(ItemError) -> Int {
    while true {
      let count = posixRead(descriptor, buffer)
      position += Int64(max(0, count))
      if count == 0 { try checkLength() }
      if count >= 0 { return count }
      switch errno {
      case EINTR: continue
      case EAGAIN:  // a descriptor that someone else made non-blocking
        var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        _ = poll(&wait, 1, -1)
      default: throw ItemError(name, "cannot be read: \(errorText(errno))")
      }
    }
  }

  /// The size of some of the system's files is not how much can be read of them: only a smaller one tells something.
  private func checkLength() throws(ItemError) {
    var status = stat()
    guard position < size, fstat(descriptor, &status) == 0, status.st_size < size else { return }
    throw ItemError(name, "became shorter while its items were read: \(position) of \(size) bytes were there")
  }
}
