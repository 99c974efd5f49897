import ParallelForDashboard
import Synchronization

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// A descriptor that bytes are written to through a buffer, by one thread.
///
/// It tells apart a reader that has gone, a full disk and a reader that never reads; none of them blocks for good.
/// Writing itself never waits: only a look at whether the reader has made room does.
final class ByteSink: @unchecked Sendable {
  /// Why bytes can no longer be written.
  enum Problem: Equatable {
    /// The reader has closed its end.
    case closed
    /// The reader took nothing for as long as it had time.
    case unread
    /// The system said no; the sentence says why.
    case failed(String)

    /// Why, for a sentence.
    var words: String {
      switch self {
      case .closed: "its reader has closed it"
      case .unread: "its reader takes nothing more"
      case .failed(let reason): reason
      }
    }
  }

  private static let capacity = 1 << 16
  /// How long to wait for room before it is looked whether somebody gives the reader up, in milliseconds.
  private static let look: Int32 = 50

  private let descriptor: Int32
  /// Whether the bytes go to a regular file.
  let isFile: Bool
  private let ownsDescriptor: Bool
  /// Whether the bytes go to a file that can be found by a name, and must still be at the end.
  private let isNamed: Bool
  private let writing: (Int32, UnsafeRawBufferPointer) -> Int
  /// Where writing does not wait; nil for a file, which never lets a writer wait for a reader.
  private let patient: PatientDescriptor?
  /// How long the reader may take nothing, in milliseconds.
  private let patience = Atomic<Int>(.max)
  /// For how long it has taken nothing now, in milliseconds.
  private var idle = 0
  /// Whether there was room at the last look, though nothing could be written.
  private var hadRoom = false
  private var buffer: [UInt8] = []
  /// For a file that is continued: its bytes that have not been compared yet.
  private var standing: StandingBytes?
  /// What went wrong, if something did; from then on bytes are dropped.
  private(set) var problem: Problem?
  /// Whether the bytes go to a terminal, which must not get strangers' control characters.
  let isTerminal: Bool

  /// - Parameters:
  ///   - descriptor: what bytes are written to.
  ///   - ownsDescriptor: whether it is closed with the sink.
  ///   - continues: for a file that can be read too: bytes that stand in it already are not written again; from the
  ///     first difference on the file is written again.
  ///   - hasName: whether the user named the file; that it was removed in the meantime is a problem then.
  ///   - writing: writes to a descriptor, as the system's call does; nil for a call that does not wait for a reader.
  init(
    descriptor: Int32, ownsDescriptor: Bool = false, continues: Bool = false, hasName: Bool = false,
    writing: ((Int32, UnsafeRawBufferPointer) -> Int)? = nil
  ) {
    standing = continues ? StandingBytes(descriptor) : nil
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

  /// Writes from now on only what there is room for; safe from any thread.
  func abandon() { giveUp(after: 0) }

  /// Lets writes give up when the reader takes nothing; safe from any thread.
  ///
  /// - Parameter milliseconds: for how long; what it took nothing before counts too. A longer time than one that was set
  ///   before changes nothing.
  func giveUp(after milliseconds: Int) { _ = patience.min(milliseconds, ordering: .relaxed) }

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

  /// Writes out what is buffered and cuts off what the file holds beyond it; nothing is written afterwards.
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
    let hasRoom = poll(&poller, 1, Self.look) > 0
    // A terminal may have room for a byte where the next one needs two.
    if hasRoom, hadRoom { poll(nil, 0, Self.look) }
    if !hasRoom || hadRoom { idle += Int(Self.look) }
    hadRoom = hasRoom
  }
}

/// The system call, which a method named `write` hides.
func writeSystemCall(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  write(descriptor, bytes.baseAddress, bytes.count)
}
