import Attempts
import CPosix
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The two pipes for a command's standard output and standard error.
struct OutputPipes {
  let output: (read: Int32, write: Int32)
  let errors: (read: Int32, write: Int32)

  /// Opens both pipes; on failure, opens none and leaves the reason in `errno`.
  init?() {
    var first: [Int32] = [-1, -1]
    var second: [Int32] = [-1, -1]
    guard cposix_pipe(&first) == 0 else { return nil }
    guard cposix_pipe(&second) == 0 else {
      let problem = errno
      for end in first { Self.shut(end) }
      errno = problem
      return nil
    }
    output = (first[0], first[1])
    errors = (second[0], second[1])
  }

  private static func shut(_ descriptor: Int32) {
    #if canImport(Glibc)
      _ = Glibc.close(descriptor)
    #else
      _ = Darwin.close(descriptor)
    #endif
  }

  func closeWritingEnds() {
    Self.shut(output.write)
    Self.shut(errors.write)
  }

  func closeReadingEnds() {
    Self.shut(output.read)
    Self.shut(errors.read)
  }

  func close() {
    closeWritingEnds()
    closeReadingEnds()
  }
}

/// Reads a command's two outputs in parallel until the command ends, or both do.
struct OutputCapture {
  private static let chunkLength = 64 << 10
  /// Enough reads for more than the largest pipe holds, so that everything written before the command's end is read.
  private static let readsInTurn = 32
  /// The interval at which to check for the command's end where no descriptor signals it, in milliseconds.
  private static let checkInterval: Int32 = 20

  /// What has been read, which other threads may look at meanwhile.
  let live: LiveOutputs
  private let chunk = Chunk(length: chunkLength)
  private let read: (Int32, UnsafeMutableRawBufferPointer) -> Int

  /// - Parameters:
  ///   - spillFile: the file for large outputs.
  ///   - read: reads from a descriptor like the system call.
  init(spillFile: SpillFile, read: @escaping (Int32, UnsafeMutableRawBufferPointer) -> Int = posixRead) {
    self.read = read
    live = LiveOutputs(spillFile: spillFile)
  }

  /// Collects until the command has ended and the pipes are drained, or both pipes have ended where no descriptor signals
  /// the command's end; closes the reading ends.
  ///
  /// - Parameters:
  ///   - pipes: the outputs.
  ///   - process: the command.
  ///   - idle: called each time before it waits; returns the longest wait in milliseconds. Without it, the end of both
  ///     pipes is enough.
  /// - Returns: why the outputs could not be read to their end or kept; nil on success.
  mutating func collect(
    from pipes: OutputPipes, of process: pid_t, idle: (() -> Int32)? = nil
  ) -> SpillError? {
    let watch = cposix_process_descriptor(process)
    defer {
      pipes.closeReadingEnds()
      if watch >= 0 { close(watch) }
    }
    let readable = Int16(POLLIN)
    var polled = [
      pollfd(fd: pipes.output.read, events: readable, revents: 0),
      pollfd(fd: pipes.errors.read, events: readable, revents: 0),
      pollfd(fd: watch, events: readable, revents: 0),
    ]
    do throws(SpillError) {
      while polled[0].fd >= 0 || polled[1].fd >= 0 || (idle != nil && watch >= 0) {
        let longest = idle?() ?? -1
        let ready = poll(&polled, 3, watch >= 0 ? longest : Self.checkInterval)
        if ready < 0 && errno != EINTR { return SpillError(description: "cannot wait: \(errorText(errno))") }
        // Checked before reading, so that everything written before the end is read.
        let hasEnded = watch >= 0 ? polled[2].revents != 0 : cposix_child_has_ended(process, 0) == 1
        if try drain(polled[0], into: \.output) { polled[0].fd = -1 }
        if try drain(polled[1], into: \.errors) { polled[1].fd = -1 }
        if hasEnded { break }
      }
      return nil
    } catch {
      return error
    }
  }

  /// Returns the collected bytes and empties the buffers.
  mutating func finish() throws(SpillError) -> (output: CapturedBytes, errors: CapturedBytes) {
    try live.finish()
  }

  /// Forgets the collected bytes.
  mutating func reset() {
    live.reset()
  }

  /// Reads the available bytes; returns true at the pipe's end. An error is not an end, because more bytes may follow.
  ///
  /// The number of reads is limited, because a process that outlived the command may fill the pipe again and again.
  private func drain(
    _ polled: pollfd, into buffer: WritableKeyPath<LiveOutputs.Buffers, CaptureBuffer>
  ) throws(SpillError) -> Bool {
    guard polled.fd >= 0 else { return true }
    for _ in 0..<Self.readsInTurn {
      let count = read(polled.fd, chunk.bytes)
      guard count >= 0 else {
        switch errno {
        case EINTR: continue
        case EAGAIN: return false
        default: throw SpillError(description: "cannot read the output: \(errorText(errno))")
        }
      }
      if count == 0 { return true }
      try live.append(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(chunk.bytes)[..<count]), to: buffer)
      if count < Self.chunkLength { return false }
    }
    return false
  }
}

/// A buffer for reading. Its unused pages are never touched, so a hundred workers start fast and stay small.
private final class Chunk {
  let bytes: UnsafeMutableRawBufferPointer

  init(length: Int) { bytes = .allocate(byteCount: length, alignment: 16) }

  deinit { bytes.deallocate() }
}

/// `/dev/null`, opened once for all commands; after a failure, the next command tries again.
final class NullDevice: Sendable {
  static let shared = NullDevice { posixOpen("/dev/null", O_RDONLY | O_CLOEXEC) }

  private let opened = Atomic<Int32>(-1)
  private let open: @Sendable () -> Int32

  /// - Parameter open: opens the device; on failure, the reason is in `errno`.
  init(open: @escaping @Sendable () -> Int32) { self.open = open }

  /// Returns the descriptor, which must not be closed; negative on failure, with the reason in `errno`.
  func descriptor() -> Int32 {
    let known = opened.load(ordering: .acquiring)
    guard known < 0 else { return known }
    let fresh = open()
    guard fresh >= 0 else { return fresh }
    let (isFirst, first) = opened.compareExchange(expected: -1, desired: fresh, ordering: .acquiringAndReleasing)
    if isFirst { return fresh }
    close(fresh)
    return first
  }
}
