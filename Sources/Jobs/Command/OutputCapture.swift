import CPosix

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The two pipes that carry a command's standard output and standard error.
struct OutputPipes {
  let output: (read: Int32, write: Int32)
  let errors: (read: Int32, write: Int32)

  /// Opens both, or none and leaves the reason in `errno`.
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

/// Reads a command's two outputs side by side until both end or the command does.
struct OutputCapture {
  private static let chunkLength = 64 << 10
  /// More than the largest pipe can hold: what a command wrote before its end is always read.
  private static let readsInTurn = 32
  /// How often to look whether the command has ended where no descriptor tells, in milliseconds.
  private static let lookInterval: Int32 = 20

  private var output: CaptureBuffer
  private var errors: CaptureBuffer
  private let chunk = Chunk(length: chunkLength)
  private let read: (Int32, UnsafeMutableRawBufferPointer) -> Int

  /// - Parameters:
  ///   - spillFile: where large outputs go.
  ///   - read: reads from a descriptor, as the system's call does.
  init(spillFile: SpillFile, read: @escaping (Int32, UnsafeMutableRawBufferPointer) -> Int = posixRead) {
    self.read = read
    output = CaptureBuffer(spillFile: spillFile)
    errors = CaptureBuffer(spillFile: spillFile)
  }

  /// Collects until both pipes have ended, or the command has and the pipes are drained; closes the reading ends.
  ///
  /// - Returns: why the outputs could not be read to their end or kept, or nil.
  mutating func collect(from pipes: OutputPipes, of process: pid_t) -> SpillError? {
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
      while polled[0].fd >= 0 || polled[1].fd >= 0 {
        let ready = poll(&polled, 3, watch >= 0 ? -1 : Self.lookInterval)
        if ready < 0 && errno != EINTR { return SpillError(description: "cannot wait: \(errorText(errno))") }
        // Looked at before reading, so that all that was written before the end is read.
        let hasEnded = watch >= 0 ? polled[2].revents != 0 : cposix_child_has_ended(process, 0) == 1
        if try drain(polled[0], into: &output) { polled[0].fd = -1 }
        if try drain(polled[1], into: &errors) { polled[1].fd = -1 }
        if hasEnded { break }
      }
      return nil
    } catch {
      return error
    }
  }

  /// What was collected; the buffers are empty afterwards.
  mutating func finish() throws(SpillError) -> (output: CapturedBytes, errors: CapturedBytes) {
    (try output.finish(), try errors.finish())
  }

  /// Forgets what was collected.
  mutating func reset() {
    output.reset()
    errors.reset()
  }

  /// Reads what is there; true at the pipe's end. An error is no end: what follows it is not known.
  ///
  /// A pipe that is filled as fast as it is emptied, perhaps by what outlived the command, gets a limited turn.
  private func drain(_ polled: pollfd, into buffer: inout CaptureBuffer) throws(SpillError) -> Bool {
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
      try buffer.append(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(chunk.bytes)[..<count]))
      if count < Self.chunkLength { return false }
    }
    return false
  }
}

/// Memory to read into; what is never read into is never touched, so that many workers begin fast and stay small.
private final class Chunk {
  let bytes: UnsafeMutableRawBufferPointer

  init(length: Int) { bytes = .allocate(byteCount: length, alignment: 16) }

  deinit { bytes.deallocate() }
}
