import OSText

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

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
