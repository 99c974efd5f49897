import ParallelForDashboard
import Synchronization

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// A buffered writer to a descriptor, used by one thread.
///
/// It distinguishes a reader that has closed, a full disk and a reader that does not read. None of them blocks it
/// forever: writes to a pipe or terminal do not block, and each wait for room is short.
final class ByteSink: @unchecked Sendable {
  /// Why bytes can no longer be written.
  enum Problem: Equatable {
    /// The reader has closed its end.
    case closed
    /// The reader has read nothing within the time allowed.
    case unread
    /// The system refused; the text gives the reason.
    case failed(String)

    /// The reason, as part of a sentence.
    var words: String {
      switch self {
      case .closed: "its reader has closed it"
      case .unread: "its reader has stopped reading"
      case .failed(let reason): reason
      }
    }
  }

  private static let capacity = 1 << 16
  /// How long one wait for room lasts before ``patience`` is checked, in milliseconds.
  private static let pollTime: Int32 = 50

  private let descriptor: Int32
  /// Whether the bytes go to a regular file.
  let isFile: Bool
  private let ownsDescriptor: Bool
  /// Whether the bytes go to a named file, which must still exist at the end.
  private let isNamed: Bool
  private let writing: (Int32, UnsafeRawBufferPointer) -> Int
  /// A descriptor whose writes do not block; nil for a file, which has no reader to wait for.
  private let patient: PatientDescriptor?
  /// How long the sink waits for a reader that reads nothing, in milliseconds.
  private let patience = Atomic<Int>(.max)
  /// How long the reader has read nothing so far, in milliseconds.
  private var idle = 0
  /// Whether the last wait found room although nothing could be written.
  private var hadRoom = false
  // Results of brief items are written in no time, so the run-time check for overlapping accesses shows.
  @exclusivity(unchecked) private var buffer: [UInt8] = []
  /// The existing bytes of a continued file that have not been compared yet.
  private var existing: ExistingOutput?
  /// Why bytes can no longer be written; nil if they can. Further bytes are dropped.
  private(set) var problem: Problem?
  /// Whether the bytes go to a terminal, which must not get untrusted control characters.
  let isTerminal: Bool

  /// - Parameters:
  ///   - descriptor: the descriptor to write to.
  ///   - ownsDescriptor: whether the sink closes the descriptor.
  ///   - continues: whether to compare with the existing bytes of the file, which must be readable. The file is written
  ///     again only from the first difference on.
  ///   - hasName: whether the user named the file, so that its removal is a problem.
  ///   - writing: a replacement for the system's call that writes; nil for a write that does not wait for a reader.
  init(
    descriptor: Int32, ownsDescriptor: Bool = false, continues: Bool = false, hasName: Bool = false,
    writing: ((Int32, UnsafeRawBufferPointer) -> Int)? = nil
  ) {
    existing = continues ? ExistingOutput(descriptor) : nil
    self.descriptor = descriptor
    self.ownsDescriptor = ownsDescriptor
    isTerminal = isatty(descriptor) == 1
    var status = stat()
    fstat(descriptor, &status)
    isFile = status.st_mode & S_IFMT == S_IFREG
    isNamed = hasName && isFile && status.st_nlink > 0
    let patient = isFile ? nil : PatientDescriptor(descriptor)
    self.patient = patient
    self.writing = writing ?? { patient?.write($1) ?? writeSystemCall($0, $1) }
    buffer.reserveCapacity(Self.capacity)
  }

  deinit {
    if ownsDescriptor { close(descriptor) }
  }

  /// Makes further writes drop what there is no room for; safe from any thread.
  func abandon() { giveUp(after: 0) }

  /// Limits how long writes wait for a reader that does not read; safe from any thread.
  ///
  /// - Parameter milliseconds: the limit. Time that has already passed counts. A limit above the present one has no
  ///   effect.
  func giveUp(after milliseconds: Int) { _ = patience.min(milliseconds, ordering: .relaxed) }

  func write(_ bytes: UnsafeRawBufferPointer) {
    if buffer.count + bytes.count > Self.capacity { flush() }
    if bytes.count > Self.capacity { writeOut(bytes) } else { buffer.append(contentsOf: bytes) }
  }

  func write(_ bytes: [UInt8]) { bytes.withUnsafeBytes { write($0) } }

  /// Writes the buffered bytes.
  func flush() {
    buffer.withUnsafeBytes { writeOut($0) }
    buffer.removeAll(keepingCapacity: true)
  }

  /// Writes the buffered bytes and truncates a continued file after them; call it last.
  func finish() {
    flush()
    if problem == nil { existing?.cut() }
    endComparing()
    if problem == nil, isNamed, isRemoved { problem = .failed("the file was removed while it was being written") }
  }

  /// Reports wrong bytes that remain after the results because the file could not be truncated.
  private func endComparing() {
    if problem == nil, let code = existing?.problem { problem = .failed(String(cString: strerror(code))) }
    existing = nil
  }

  private var isRemoved: Bool {
    var status = stat()
    return fstat(descriptor, &status) == 0 && status.st_nlink == 0
  }

  /// Whether the file was truncated. Further bytes would follow a gap, and the size of the file would hide it.
  private var isCutOff: Bool {
    var status = stat()
    return fstat(descriptor, &status) == 0 && status.st_size < lseek(descriptor, 0, SEEK_CUR)
  }

  private func writeOut(_ bytes: UnsafeRawBufferPointer) {
    var rest = bytes[...]
    if let known = existing?.skip(bytes) {
      rest = rest.dropFirst(known)
      if known < bytes.count { endComparing() }
    }
    if problem == nil, isNamed, isCutOff { problem = .failed("the file was truncated while it was being written") }
    while !rest.isEmpty, problem == nil {
      let count = writing(descriptor, UnsafeRawBufferPointer(rebasing: rest))
      if count > 0 {
        rest = rest.dropFirst(count)
        (idle, hadRoom) = (0, false)
      } else if count == 0 {
        problem = .failed("nothing more can be written")
      } else if errno == EAGAIN {
        waitForRoom()
      } else if errno != EINTR {
        problem = errno == EPIPE ? .closed : .failed(String(cString: strerror(errno)))
      }
    }
  }

  private func waitForRoom() {
    guard idle < patience.load(ordering: .relaxed) else {
      problem = .unread
      return
    }
    var poller = pollfd(fd: patient?.number ?? descriptor, events: Int16(POLLOUT), revents: 0)
    let hasRoom = poll(&poller, 1, Self.pollTime) > 0
    // A terminal may have room for one byte when the next character needs two.
    if hasRoom, hadRoom { poll(nil, 0, Self.pollTime) }
    if !hasRoom || hadRoom { idle += Int(Self.pollTime) }
    hadRoom = hasRoom
  }
}

/// The system call, which the method `write` of the sink hides.
func writeSystemCall(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  write(descriptor, bytes.baseAddress, bytes.count)
}
