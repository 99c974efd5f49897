import Synchronization

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// A descriptor that bytes are written to through a buffer, by one thread.
///
/// A reader who has gone, a full disk and a reader who never reads are told apart and none of them blocks for good.
final class ByteSink: @unchecked Sendable {
  /// Why bytes can no longer be written.
  enum Problem: Equatable {
    /// The reader has closed its end.
    case closed
    /// The system said no; the sentence says why.
    case failed(String)
  }

  private static let capacity = 1 << 16

  private let descriptor: Int32
  /// Whether the bytes go to a regular file.
  let isFile: Bool
  private let ownsDescriptor: Bool
  /// Whether the bytes go to a file that can be found by a name, and must still be at the end.
  private let isNamed: Bool
  private let writing: (Int32, UnsafeRawBufferPointer) -> Int
  private let isAbandoned = Atomic<Bool>(false)
  private var buffer: [UInt8] = []
  /// For a file that is gone on with: what stands in it and has not been compared yet.
  private var standing: StandingBytes?
  /// What went wrong, if something did; from then on bytes are dropped.
  private(set) var problem: Problem?
  /// Whether the bytes go to a terminal, which must not get strangers' control characters.
  let isTerminal: Bool

  /// - Parameters:
  ///   - descriptor: what bytes are written to.
  ///   - ownsDescriptor: whether it is closed with the sink.
  ///   - continues: for a file that can be read too: bytes that stand in it already are not written again; from the
  ///     first difference on the file is written anew.
  ///   - hasName: whether the user named the file; that it was removed in the meantime is a problem then.
  ///   - writing: writes to a descriptor, as the system's call does.
  init(
    descriptor: Int32, ownsDescriptor: Bool = false, continues: Bool = false, hasName: Bool = false,
    writing: @escaping (Int32, UnsafeRawBufferPointer) -> Int = writeSystemCall
  ) {
    self.writing = writing
    standing = continues ? StandingBytes(descriptor) : nil
    self.descriptor = descriptor
    self.ownsDescriptor = ownsDescriptor
    isTerminal = isatty(descriptor) == 1
    var status = stat()
    fstat(descriptor, &status)
    isFile = status.st_mode & S_IFMT == S_IFREG
    isNamed = hasName && isFile && status.st_nlink > 0
    buffer.reserveCapacity(Self.capacity)
  }

  deinit {
    if ownsDescriptor { close(descriptor) }
  }

  /// Lets a write that waits for its reader give up; safe from any thread.
  func abandon() { isAbandoned.store(true, ordering: .relaxed) }

  func write(_ bytes: UnsafeRawBufferPointer) {
    if buffer.count + bytes.count > Self.capacity { flush() }
    if bytes.count > Self.capacity { writeOut(bytes) } else { buffer.append(contentsOf: bytes) }
  }

  func write(_ bytes: [UInt8]) { bytes.withUnsafeBytes { write($0) } }

  /// Writes out what is buffered.
  func flush() {
    buffer.withUnsafeBytes { writeOut($0) }
    buffer.removeAll(keepingCapacity: true)
  }

  /// Writes out what is buffered and cuts off what stands in the file beyond it; nothing is written afterwards.
  func finish() {
    flush()
    if problem == nil { standing?.cut() }
    standing = nil
    if problem == nil, isNamed, isRemoved { problem = .failed("the file was removed while it was written") }
  }

  private var isRemoved: Bool {
    var status = stat()
    return fstat(descriptor, &status) == 0 && status.st_nlink == 0
  }

  /// What is written next would stand behind a gap, and the file would have the right size.
  private var isCutOff: Bool {
    var status = stat()
    return fstat(descriptor, &status) == 0 && status.st_size < lseek(descriptor, 0, SEEK_CUR)
  }

  private func writeOut(_ bytes: UnsafeRawBufferPointer) {
    var rest = bytes[...]
    if let known = standing?.skip(bytes) {
      rest = rest.dropFirst(known)
      if known < bytes.count { standing = nil }
    }
    if problem == nil, isNamed, isCutOff { problem = .failed("the file was cut off while it was written") }
    while !rest.isEmpty, problem == nil {
      guard waitUntilWritable() else { return }
      // After POLLOUT a pipe takes PIPE_BUF bytes without blocking.
      let piece = UnsafeRawBufferPointer(rebasing: isFile ? rest : rest.prefix(4_096))
      let count = writing(descriptor, piece)
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if count == 0 {
        problem = .failed("nothing more can be written")
      } else if errno != EINTR, errno != EAGAIN {
        problem = errno == EPIPE ? .closed : .failed(String(cString: strerror(errno)))
      }
    }
  }

  private func waitUntilWritable() -> Bool {
    guard !isFile else { return true }
    while !isAbandoned.load(ordering: .relaxed) {
      var poller = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      if poll(&poller, 1, 100) > 0 { return true }
    }
    problem = problem ?? .closed
    return false
  }
}

/// The system call, which a method named `write` hides.
func writeSystemCall(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  write(descriptor, bytes.baseAddress, bytes.count)
}
