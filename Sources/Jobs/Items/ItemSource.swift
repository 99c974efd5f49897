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

  init(_ descriptor: Int32, name: String, closes: Bool) throws(ItemError) {
    self.descriptor = descriptor
    self.name = name
    self.closes = closes
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw ItemError(name, "cannot be read: \(errorText(errno))")
    }
    guard status.st_mode & S_IFMT != S_IFDIR else { throw ItemError(name, "is a directory, expected a file of items") }
  }

  deinit {
    if closes { close(descriptor) }
  }

  /// Reads what is there, waiting for at least one byte; 0 at the end.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(ItemError) -> Int {
    while true {
      let count = posixRead(descriptor, buffer)
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
}
