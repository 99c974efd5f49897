import OSText
import SQLite

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file beside the run file that keeps the latest attempts when the program ends.
///
/// A transaction takes as long as the disk needs. Bytes written here belong to the system at once, though a power cut
/// may lose them. When the run is resumed, attempts that only the tail has are put into the run file. Like the
/// recorder's batches, two stretches take turns: one grows while the attempts of the other are committed. Old records
/// stay until they are overwritten. A sum tells whether a record is whole, and the run file whether it is known.
final class RunTail {
  /// The offset of the first stretch, and the maximum size of a stretch.
  private static let firstStretch = 4 << 10
  private static let stretchSize = 8 << 20
  /// The first bytes of the file; a file that starts differently is not ours.
  private static let mark = Array("pfor-tui attempts of the last moments\n".utf8)

  private let path: String
  private let descriptor: Int32
  private let run: Int64
  private var stretch = 0
  private var used = 0

  /// The header of each record.
  private struct Frame: BitwiseCopyable {
    static let size = MemoryLayout<Frame>.size

    var count: Int64
    var sum: Int64
    /// The key of the run, so that the tail is not taken for that of another run with the same file name.
    var run: Int64
  }

  /// Opens the tail of a run file; creates it if it does not exist.
  ///
  /// - Returns: nil when that fails, or another file has the name. No attempts are lost then, but each must wait for
  ///   its transaction.
  init?(of file: String, run id: String) {
    path = Self.path(of: file)
    run = Self.key(of: id)
    let flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
    let made = open(path.osPath, flags | O_CREAT | O_EXCL, 0o600)
    descriptor = made >= 0 ? made : open(path.osPath, flags)
    guard descriptor >= 0 else { return nil }
    guard made >= 0 ? isMarked : isOurs else {
      if made >= 0 { _ = remove() }
      return nil
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  static func path(of file: String) -> String { file + "-tail" }

  private static func key(of id: String) -> Int64 { Array(id.utf8).withUnsafeBytes { ItemKey.of($0) } }

  private var isMarked: Bool { pwrite(descriptor, Self.mark, Self.mark.count, 0) == Self.mark.count }

  private var isOurs: Bool {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
    if status.st_size == 0 { return isMarked }
    return (try? Self.read(descriptor, from: 0, count: Self.mark.count, of: path)) == Self.mark
  }

  /// Removes the file when all of it is in the run file.
  ///
  /// - Returns: why the file is left over; nil when it is gone.
  func remove() -> RunStoreError? { SideFile.remove(path) }

  // MARK: - Writing

  /// Switches to the other stretch for the next batch; the attempts that it still holds are committed.
  func turn() {
    stretch = 1 - stretch
    used = 0
  }

  /// Writes a record; returns false if it could not be written whole.
  func append(_ record: UnsafeRawBufferPointer) -> Bool {
    let count = Frame.size + record.count
    guard used + count <= Self.stretchSize else { return false }
    var frame = Frame(count: Int64(record.count), sum: ItemKey.of(record), run: run)
    let written = withUnsafeMutableBytes(of: &frame) { frame in
      let parts = [
        iovec(iov_base: frame.baseAddress, iov_len: frame.count),
        iovec(iov_base: UnsafeMutableRawPointer(mutating: record.baseAddress), iov_len: record.count),
      ]
      return pwritev(descriptor, parts, 2, off_t(Self.firstStretch + stretch * Self.stretchSize + used))
    }
    guard written == count else { return false }
    used += count
    return true
  }

  // MARK: - Reading

  /// Puts the attempts that only the tail has into the run file.
  ///
  /// - Returns: whether there were any.
  /// - Throws: when the tail cannot be read, because items that are done would run again.
  static func restore(into file: RunFile) throws(RunStoreError) -> Bool {
    let descriptor = open(path(of: file.path).osPath, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else { return try nothing(SystemReason(), file.path) }
    defer { close(descriptor) }
    guard try read(descriptor, from: 0, count: mark.count, of: file.path) == mark else { return false }
    var batch = RecordBatch()
    let known = try file.database.prepare("SELECT 1 FROM items WHERE id = ? AND attempt >= ?")
    defer { known.close() }
    // The attempts at an item follow each other, but may be in different stretches.
    let records = try records(descriptor, of: key(of: file.record.id), file.path)
    for (header, record) in records.sorted(by: { $0.0.attempt < $1.0.attempt }) {
      known.bind(header.row, at: 0)
      known.bind(header.attempt, at: 1)
      if try !known.step() { record.withUnsafeBytes { batch.append(copying: $0) } }
      known.reset()
    }
    guard batch.count > 0 else { return false }
    try RecordWriter(file).write(batch)
    return true
  }

  /// Errors which show that the file with the tail's name is not ours, or does not exist.
  private static let foreign = [ENOENT, ENAMETOOLONG, ELOOP, ENXIO, ESPIPE, EISDIR, EINVAL]

  /// Returns false if there is no tail; throws for other reasons.
  private static func nothing(_ reason: SystemReason, _ file: String) throws(RunStoreError) -> Bool {
    guard foreign.contains(reason.code) else { throw unreadable(reason, file) }
    return false
  }

  private static func unreadable(_ reason: SystemReason, _ file: String) -> RunStoreError {
    RunStoreError(
      .failed, file, "\(path(of: file)) holds the last attempts of the run and cannot be read: \(reason.words)")
  }

  private static func records(
    _ descriptor: Int32, of run: Int64, _ file: String
  ) throws(RunStoreError) -> [(RecordHeader, ArraySlice<UInt8>)] {
    var all: [(RecordHeader, ArraySlice<UInt8>)] = []
    for start in [firstStretch, firstStretch + stretchSize] {
      let bytes = try read(descriptor, from: start, count: stretchSize, of: file)
      var place = 0
      while let record = record(bytes[place...], of: run) {
        place = record.endIndex
        guard let header = record.withUnsafeBytes({ RecordHeader(checking: $0) }) else { break }
        all.append((header, record))
      }
    }
    return all
  }

  /// Returns the first record in the bytes; nil if it is incomplete or of another run.
  private static func record(_ bytes: ArraySlice<UInt8>, of run: Int64) -> ArraySlice<UInt8>? {
    guard bytes.count > Frame.size else { return nil }
    let frame = bytes.withUnsafeBytes { $0.loadUnaligned(as: Frame.self) }
    let rest = bytes.dropFirst(Frame.size)
    guard frame.run == run, frame.count > 0, frame.count <= rest.count else { return nil }
    let record = rest.prefix(Int(frame.count))
    return record.withUnsafeBytes { ItemKey.of($0) } == frame.sum ? record : nil
  }

  /// Reads up to `count` bytes from an offset; none if the path leads to something other than a file.
  private static func read(
    _ descriptor: Int32, from start: Int, count: Int, of file: String
  ) throws(RunStoreError) -> [UInt8] {
    var reason: SystemReason?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
      while used < count, reason == nil {
        let more = pread(descriptor, buffer.baseAddress.map { $0 + used }, count - used, off_t(start + used))
        if more == 0 { return }
        if more > 0 { used += more } else if errno != EINTR { reason = SystemReason() }
      }
    }
    if let reason, !foreign.contains(reason.code) { throw unreadable(reason, file) }
    return bytes
  }
}
