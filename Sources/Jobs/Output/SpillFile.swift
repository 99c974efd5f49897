import CPosix
import OSText
import ParallelFor

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Why an output could not be kept or read again.
public struct SpillError: Error, Sendable, Equatable, CustomStringConvertible {
  /// One sentence, such as `cannot keep the output in /tmp: No space left on device`.
  public var description: String

  /// Makes an error with a sentence.
  public init(description: String) { self.description = description }
}

/// One temporary file without a name for all outputs that are too large for memory; created when first needed.
///
/// Space in the file is never reused. Freed space becomes a hole where the system supports that.
public final class SpillFile: Sendable {
  /// The file that the run's jobs share.
  public static let shared = SpillFile()

  private struct State {
    var descriptor: Int32 = -1
    var end: Int64 = 0
  }

  /// The folder of the file: `TMPDIR` or `/tmp`.
  public let directory: String
  private let lock = Lock()
  nonisolated(unsafe) private var state = State()

  /// Names the folder; creates nothing yet.
  ///
  /// - Parameter directory: nil for `TMPDIR`, or `/tmp` when that is not set.
  public init(directory: String? = nil) {
    self.directory = directory ?? OSProcess.temporaryFolder
  }

  deinit {
    if state.descriptor >= 0 { close(state.descriptor) }
  }

  /// Stores bytes in the file.
  ///
  /// - Throws: when the file cannot be created or the disk is full; nothing is stored then.
  public func store(_ bytes: [UInt8]) throws(SpillError) -> CapturedBytes {
    let spilled = SpilledBytes(self)
    try spilled.append(bytes)
    return CapturedBytes(spilled)
  }

  /// Writes bytes to new space and returns its offset.
  func write(_ bytes: UnsafeRawBufferPointer) throws(SpillError) -> Int64 {
    let (descriptor, offset) = try reserve(bytes.count)
    var written = 0
    while written < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
      let count = pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset) + off_t(written))
      if count <= 0 {
        if count < 0 && errno == EINTR { continue }
        let problem = error("keep", count < 0 ? errno : ENOSPC)
        giveBack(offset: offset, count: bytes.count)
        throw problem
      }
      written += count
    }
    return offset
  }

  /// Fills a buffer from an offset.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(SpillError) {
    let descriptor = lock.withLock { state.descriptor }
    var done = 0
    while done < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
      let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset) + off_t(done))
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw error("read", count < 0 ? errno : EIO) }
      done += count
    }
  }

  /// Returns the space to the system.
  func giveBack(offset: Int64, count: Int) {
    _ = cposix_punch_hole(lock.withLock { state.descriptor }, offset, Int64(count))
  }

  private func reserve(_ count: Int) throws(SpillError) -> (Int32, Int64) {
    try lock.withLock { () throws(SpillError) in
      if state.descriptor < 0 {
        state.descriptor = cposix_open_unlinked(directory.osPath)
        guard state.descriptor >= 0 else { throw error("keep", errno) }
      }
      defer { state.end += Int64(count) }
      return (state.descriptor, state.end)
    }
  }

  private func error(_ verb: String, _ code: Int32) -> SpillError {
    SpillError(description: "cannot \(verb) the output in \(directory): \(errorText(code))")
  }
}

/// The space of one output in the spill file; freed with its last reference.
///
/// One thread fills it before it is shared.
final class SpilledBytes: ByteSource, @unchecked Sendable {
  private let file: SpillFile
  private var extents: [(offset: Int64, count: Int)] = []
  private(set) var count = 0

  init(_ file: SpillFile) { self.file = file }

  deinit {
    for extent in extents { file.giveBack(offset: extent.offset, count: extent.count) }
  }

  func append(_ bytes: [UInt8]) throws(SpillError) {
    guard !bytes.isEmpty else { return }
    let offset = try bytes.withUnsafeBufferPointer { (raw) throws(SpillError) in
      try file.write(UnsafeRawBufferPointer(raw))
    }
    count += bytes.count
    if let last = extents.last, last.offset + Int64(last.count) == offset {
      extents[extents.count - 1].count += bytes.count
    } else {
      extents.append((offset, bytes.count))
    }
  }

  func read(from start: Int, count wanted: Int) throws(SpillError) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: wanted)
    try result.withUnsafeMutableBufferPointer { (bytes) throws(SpillError) in
      let buffer = UnsafeMutableRawBufferPointer(bytes)
      var extentStart = 0
      for extent in extents {
        let first = max(start, extentStart)
        let range = first..<max(first, min(start + wanted, extentStart + extent.count))
        if !range.isEmpty {
          let target = UnsafeMutableRawBufferPointer(
            rebasing: buffer[range.lowerBound - start..<range.upperBound - start])
          try file.read(into: target, at: extent.offset + Int64(range.lowerBound - extentStart))
        }
        extentStart += extent.count
      }
    }
    return result
  }
}
