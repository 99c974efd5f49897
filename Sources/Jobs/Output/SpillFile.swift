public import Attempts
import OSText
import ParallelFor

/// Why an output could not be kept or read again.
public struct SpillError: Error, Sendable, Equatable, CustomStringConvertible {
  /// One sentence, such as `cannot keep the output in /tmp: No space left on device`.
  public var description: String

  /// Makes an error with a sentence.
  public init(description: String) { self.description = description }
}

/// One temporary file for all outputs that are too large for memory; created when first needed.
///
/// Space in the file is never reused. Freed space becomes a hole where the system supports that.
public final class SpillFile: Sendable {
  /// The file that the run's jobs share.
  public static let shared = SpillFile()

  private struct State {
    var file: TemporaryFile?
    var end = 0
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

  /// Stores bytes in the file.
  ///
  /// - Throws: when the file cannot be created or the disk is full; nothing is stored then.
  public func store(_ bytes: [UInt8]) throws(SpillError) -> CapturedBytes {
    let spilled = SpilledBytes(self)
    try spilled.append(bytes)
    return .source(spilled)
  }

  /// Writes bytes to new space and returns its offset.
  func write(_ bytes: UnsafeRawBufferPointer) throws(SpillError) -> Int {
    do throws(TemporaryFile.Problem) {
      let (file, offset) = try reserve(bytes.count)
      try file.write(bytes, at: offset)
      return offset
    } catch {
      throw SpillError(description: "cannot keep the output in \(directory): \(error.words)")
    }
  }

  /// Fills a buffer from an offset.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(SpillError) {
    do throws(TemporaryFile.Problem) {
      let file = lock.withLock { state.file }
      try file?.read(into: buffer, at: offset)
    } catch {
      throw SpillError(description: "cannot read the output in \(directory): \(error.words)")
    }
  }

  /// Returns the space to the system.
  func giveBack(at offset: Int, count: Int) { lock.withLock { state.file }?.giveBack(at: offset, count: count) }

  private func reserve(_ count: Int) throws(TemporaryFile.Problem) -> (TemporaryFile, Int) {
    try lock.withLock { () throws(TemporaryFile.Problem) in
      defer { state.end += count }
      if let file = state.file { return (file, state.end) }
      let file = try TemporaryFile(in: directory)
      state.file = file
      return (file, state.end)
    }
  }
}

/// The space of one output in the spill file; freed with its last reference.
///
/// One thread fills it before it is shared.
final class SpilledBytes: ByteSource, @unchecked Sendable {
  private let file: SpillFile
  private var extents: [(offset: Int, count: Int)] = []
  private(set) var count = 0

  init(_ file: SpillFile) { self.file = file }

  deinit {
    for extent in extents { file.giveBack(at: extent.offset, count: extent.count) }
  }

  func append(_ bytes: [UInt8]) throws(SpillError) {
    guard !bytes.isEmpty else { return }
    let offset = try bytes.withUnsafeBufferPointer { (raw) throws(SpillError) in
      try file.write(UnsafeRawBufferPointer(raw))
    }
    count += bytes.count
    if let last = extents.last, last.offset + last.count == offset {
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
          try file.read(into: target, at: extent.offset + range.lowerBound - extentStart)
        }
        extentStart += extent.count
      }
    }
    return result
  }
}

/// Collects the bytes of one output; reused for the next item, with its memory.
struct CaptureBuffer {
  private let file: SpillFile
  private(set) var bytes: [UInt8] = []
  private var spilled: SpilledBytes?

  init(spillFile: SpillFile) { file = spillFile }

  /// Appends bytes; bytes beyond the inline limit go to the spill file.
  mutating func append(_ more: UnsafeRawBufferPointer) throws(SpillError) {
    bytes.append(contentsOf: more)
    if bytes.count > CapturedBytes.inlineLimit { try spill() }
  }

  /// Lets `body` append in place, then moves bytes beyond the inline limit to the spill file.
  mutating func extend(_ body: (inout [UInt8]) -> Void) throws(SpillError) {
    body(&bytes)
    if bytes.count > CapturedBytes.inlineLimit { try spill() }
  }

  /// The number of bytes so far.
  var count: Int { (spilled?.count ?? 0) + bytes.count }

  /// Returns some of the bytes so far; fewer if they cannot be read.
  func read(from start: Int, count wanted: Int) -> [UInt8] {
    let inFile = spilled?.count ?? 0
    let end = min(count, start + max(0, wanted))
    guard start < end else { return [] }
    let first = start < inFile ? (try? spilled?.read(from: start, count: min(end, inFile) - start)) ?? [] : []
    guard end > inFile else { return first }
    return first + bytes[max(0, start - inFile)..<end - inFile]
  }

  /// Returns the bytes since the last call, and empties the buffer.
  mutating func finish() throws(SpillError) -> CapturedBytes {
    if spilled != nil { try spill() }
    defer { reset() }
    if let spilled { return .source(spilled) }
    return bytes.isEmpty ? .empty : .bytes(bytes.withUnsafeBytes { Array($0) })
  }

  /// Forgets the collected bytes.
  mutating func reset() {
    bytes.removeAll(keepingCapacity: true)
    spilled = nil
  }

  private mutating func spill() throws(SpillError) {
    let target = spilled ?? SpilledBytes(file)
    try target.append(bytes)
    spilled = target
    bytes.removeAll(keepingCapacity: true)
  }
}
