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
/// stay until they are overwritten. A sum shows whether a record is whole, and the run file shows whether it is known.
///
/// The file begins with a mark. From byte 40 on, it has the version of the format and the numbers of words and parts in
/// its ``RecordLayout``. In a stretch, each record follows its own size, its sum and the key of the run. All numbers are
/// little-endian and have 8 bytes.
final class RunTail {
  /// The offset of the first stretch, and the maximum size of a stretch.
  private static let firstStretch = 4 << 10
  private static let stretchSize = 8 << 20
  /// The first bytes of the file; a file that starts differently is not ours.
  private static let mark = Array("pfor-tui attempts of the last moments\n".utf8)
  /// The offset of the version, and the present version.
  private static let versionOffset = 40
  private static let version: Int64 = 1
  /// The layout of files without a version, which older programs wrote.
  private static let firstLayout = RecordLayout(words: 10, parts: 6)

  private let path: String
  private let descriptor: Int32
  private let run: Int64
  private var stretch = 0
  private var used = 0

  /// The size of the numbers before each record: its own size, its sum, and the key of the run, so that the tail is not
  /// taken for that of another run with the same file name.
  private static let prefixSize = 24

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
    guard made >= 0 ? hasBeenMarked : isOurs else {
      if made >= 0 { _ = remove() }
      return nil
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  static func path(of file: String) -> String { file + "-tail" }

  private static func key(of id: String) -> Int64 { Array(id.utf8).withUnsafeBytes { ItemKey.of($0) } }

  /// Writes the mark and the format; returns false if that fails.
  private var hasBeenMarked: Bool {
    let layout = RecordLayout.current
    let format = Self.bytes([Self.version, Int64(layout.words), Int64(layout.parts)])
    let start = Self.mark + Array(repeating: 0, count: Self.versionOffset - Self.mark.count) + format
    return pwrite(descriptor, start, start.count, 0) == start.count
  }

  /// Whether the file is a tail, which is emptied then: the session that left it has ended, and its attempts are in the
  /// run file.
  private var isOurs: Bool {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
    let isMarked = (try? Self.read(descriptor, from: 0, count: Self.mark.count, of: path)) == Self.mark
    return (status.st_size == 0 || isMarked) && ftruncate(descriptor, 0) == 0 && hasBeenMarked
  }

  private static func bytes(_ numbers: [Int64]) -> [UInt8] {
    numbers.flatMap { number in withUnsafeBytes(of: number.littleEndian) { Array($0) } }
  }

  private static func numbers(_ bytes: ArraySlice<UInt8>) -> [Int64] {
    bytes.withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count - 7, by: 8).map {
        Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: Int64.self))
      }
    }
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
    let count = Self.prefixSize + record.count
    guard used + count <= Self.stretchSize else { return false }
    var prefix = (Int64(record.count).littleEndian, ItemKey.of(record).littleEndian, run.littleEndian)
    let written = withUnsafeMutableBytes(of: &prefix) { prefix in
      let parts = [
        iovec(iov_base: prefix.baseAddress, iov_len: prefix.count),
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
    guard let layout = try layout(descriptor, file.path) else { return false }
    var batch = RecordBatch()
    let known = try file.database.prepare("SELECT 1 FROM items WHERE id = ? AND attempt >= ?")
    defer { known.close() }
    // The attempts at an item follow each other, but may be in different stretches.
    let records = try records(descriptor, layout, of: key(of: file.record.id), file.path)
    for record in records.sorted(by: { $0.attempt < $1.attempt }) {
      known.bind(record.row, at: 0)
      known.bind(record.attempt, at: 1)
      if try !known.step() { record.bytes.withUnsafeBytes { batch.append(copying: $0) } }
      known.reset()
    }
    guard batch.count > 0 else { return false }
    try RecordWriter(file).write(batch)
    return true
  }

  /// Returns the layout of the records in a tail; nil for another file.
  private static func layout(_ descriptor: Int32, _ file: String) throws(RunStoreError) -> RecordLayout? {
    let start = try read(descriptor, from: 0, count: firstStretch, of: file)
    guard start.starts(with: mark) else { return nil }
    let format = numbers(start.dropFirst(versionOffset).prefix(24))
    // A file without records may end here.
    guard format.count == 3, format[0] != 0 else { return firstLayout }
    let current = RecordLayout.current
    guard format[0] == version, 1...Int64(current.words) ~= format[1], 1...Int64(current.parts) ~= format[2] else {
      throw RunStoreError(
        .newer, file,
        "\(path(of: file)) holds the last attempts of the run in a format that this pfor-tui does not know; resume the "
          + "run with the one that recorded it, or remove that file: its items run again")
    }
    return RecordLayout(words: Int(format[1]), parts: Int(format[2]))
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

  /// An attempt in a tail, in the present layout.
  private struct Record {
    let bytes: [UInt8]
    let row: Int64
    let attempt: Int64

    init(_ bytes: [UInt8]) {
      self.bytes = bytes
      (row, attempt) = bytes.withUnsafeBytes {
        $0.baseAddress.map { (RecordHead($0).row, RecordHead($0).attempt) } ?? (0, 0)
      }
    }
  }

  private static func records(
    _ descriptor: Int32, _ layout: RecordLayout, of run: Int64, _ file: String
  ) throws(RunStoreError) -> [Record] {
    var all: [Record] = []
    for start in [firstStretch, firstStretch + stretchSize] {
      let bytes = try read(descriptor, from: start, count: stretchSize, of: file)
      var place = 0
      while let record = record(bytes[place...], of: run), record.withUnsafeBytes({ layout.accepts($0) }) {
        place = record.endIndex
        all.append(Record(layout == .current ? Array(record) : layout.current(record)))
      }
    }
    return all
  }

  /// Returns the first record in the bytes; nil if it is incomplete or of another run.
  private static func record(_ bytes: ArraySlice<UInt8>, of run: Int64) -> ArraySlice<UInt8>? {
    let prefix = numbers(bytes.prefix(prefixSize))
    let rest = bytes.dropFirst(prefixSize)
    guard prefix.count == 3, prefix[2] == run, prefix[0] > 0, prefix[0] <= rest.count else { return nil }
    let record = rest.prefix(Int(prefix[0]))
    return record.withUnsafeBytes { ItemKey.of($0) } == prefix[1] ? record : nil
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
