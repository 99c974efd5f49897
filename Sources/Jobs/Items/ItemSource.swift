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

/// An open source of bytes; closes its descriptor with its last reference.
final class SourceDescriptor {
  private static let pieceSize = 256 << 10

  private let descriptor: Int32
  private let name: String
  private let closes: Bool
  private let isWatched: Bool
  /// The state of a regular file when it was opened, later when its end was reached; nil for other sources.
  private var state: FileState?
  /// Where reading started, and the current position.
  private let start: Int64
  private var position: Int64
  private var sum = ReadSum()

  init(_ descriptor: Int32, name: String, closes: Bool, isWatched: Bool) throws(ItemError) {
    self.descriptor = descriptor
    self.name = name
    self.closes = closes
    self.isWatched = isWatched
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw ItemError(name, "cannot be read: \(errorText(errno))")
    }
    let isRegular = status.st_mode & S_IFMT == S_IFREG
    state = isRegular ? FileState(status) : nil
    start = isRegular ? Int64(max(0, lseek(descriptor, 0, SEEK_CUR))) : 0
    position = start
    guard status.st_mode & S_IFMT != S_IFDIR else { throw ItemError(name, "is a directory, expected a file of items") }
  }

  deinit {
    if closes { close(descriptor) }
  }

  /// Reads the available bytes, waiting for at least one; returns 0 at the end.
  ///
  /// - Throws: when the source cannot be read, or when bytes of a file were lost or changed meanwhile.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(ItemError) -> Int {
    while true {
      let count = posixRead(descriptor, buffer)
      if count > 0 { note(UnsafeRawBufferPointer(rebasing: buffer.prefix(count))) }
      if count == 0 { try checkFile() }
      if count >= 0 { return count }
      switch errno {
      case EINTR: continue
      case EAGAIN:  // another process made the descriptor non-blocking
        var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        _ = poll(&wait, 1, -1)
      default: throw ItemError(name, "cannot be read: \(errorText(errno))")
      }
    }
  }

  private func note(_ bytes: UnsafeRawBufferPointer) {
    position += Int64(bytes.count)
    if isWatched, state != nil { sum.add(bytes) }
  }

  /// Checks a file at its end. For some of the system's files the size is not the number of readable bytes; only a
  /// shrinking size is meaningful.
  private func checkFile() throws(ItemError) {
    guard let before = state, let now = FileState(of: descriptor) else { return }
    state = now
    if position < before.size, now.size < before.size {
      throw ItemError(
        name, "became shorter while its items were read: \(position) of \(before.size) bytes were there")
    }
    guard isWatched, now.isWritten(since: before), !holdsWhatWasRead else { return }
    throw ItemError(name, "was changed while its items were read")
  }

  /// Returns how a file differs from what was read, once its end was reached; nil when it does not.
  ///
  /// - Parameter path: the path of the file.
  func change(at path: String?) -> ItemFileChange? {
    guard let before = state, let now = FileState(of: descriptor) else { return nil }
    if let path, let named = FileState(at: path), !named.isSameFile(as: now) { return .replaced }
    guard now.isWritten(since: before) else { return nil }
    guard holdsWhatWasRead else { return .changed }
    return now.size > max(before.size, position) ? .grown : nil
  }

  /// Whether the file still holds the bytes that were read.
  private var holdsWhatWasRead: Bool {
    var (found, place) = (ReadSum(), start)
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.pieceSize, alignment: 16)
    defer { piece.deallocate() }
    while place < position {
      let count = pread(descriptor, piece.baseAddress, min(piece.count, Int(position - place)), off_t(place))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      found.add(UnsafeRawBufferPointer(rebasing: piece.prefix(count)))
      place += Int64(count)
    }
    return found == sum
  }
}

/// A change to a file after its items were read.
public enum ItemFileChange: Sendable, Equatable {
  /// The file holds other bytes in place of those that were read.
  case changed
  /// The file has more bytes after those that were read.
  case grown
  /// Another file has the name now.
  case replaced
}

/// The attributes that tell whether a file was written to.
private struct FileState {
  let size: Int64
  private let device: dev_t
  private let number: ino_t
  private let written: timespec

  init(_ status: stat) {
    size = Int64(status.st_size)
    (device, number) = (status.st_dev, status.st_ino)
    #if canImport(Darwin)
      written = status.st_mtimespec
    #else
      written = status.st_mtim
    #endif
  }

  init?(of descriptor: Int32) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    self.init(status)
  }

  init?(at path: String) {
    var status = stat()
    guard stat(path.osPath, &status) == 0 else { return nil }
    self.init(status)
  }

  func isSameFile(as other: FileState) -> Bool { device == other.device && number == other.number }

  func isWritten(since before: FileState) -> Bool {
    size != before.size || written.tv_sec != before.written.tv_sec || written.tv_nsec != before.written.tv_nsec
  }
}

/// A sum over the bytes that were read; how they were split into pieces does not matter.
struct ReadSum: Equatable {
  private static let factor: UInt64 = 0x9E37_79B9_7F4A_7C15

  private var value: UInt64 = 0
  /// The bytes that do not yet fill a word.
  private var rest: UInt64 = 0
  private var restCount = 0

  /// Adds the next bytes.
  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    var place = 0
    while restCount > 0, place < bytes.count {
      add(bytes[place])
      place += 1
    }
    while place + 8 <= bytes.count {
      mix(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)))
      place += 8
    }
    while place < bytes.count {
      add(bytes[place])
      place += 1
    }
  }

  private mutating func add(_ byte: UInt8) {
    rest |= UInt64(byte) << (8 * UInt64(restCount))
    restCount += 1
    guard restCount == 8 else { return }
    mix(rest)
    (rest, restCount) = (0, 0)
  }

  private mutating func mix(_ word: UInt64) {
    value = (value ^ word) &* Self.factor
    value ^= value >> 29
  }
}
