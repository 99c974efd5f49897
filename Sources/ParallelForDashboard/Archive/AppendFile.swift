/// A temporary file that only grows. Its tail stays in memory until it is large enough to write.
///
/// It is not thread-safe; its owner holds a lock.
struct AppendFile {
  private static let tailLimit = 1 << 18

  private let file: TemporaryFile
  private var written = 0
  private var tail: [UInt8] = []
  /// Whether all writes so far have succeeded.
  private(set) var isIntact = true

  init() throws(DashboardError) {
    file = try TemporaryFile()
    tail.reserveCapacity(Self.tailLimit)
  }

  /// The offset of the next byte.
  var end: Int { written + tail.count }

  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    tail.append(contentsOf: bytes)
    if tail.count >= Self.tailLimit { flush() }
  }

  mutating func append(_ bytes: some Collection<UInt8>) {
    tail.append(contentsOf: bytes)
    if tail.count >= Self.tailLimit { flush() }
  }

  /// Reads up to `count` bytes from `offset` on.
  func read(at offset: Int, count: Int) -> [UInt8] {
    let count = min(count, end - offset)
    guard count > 0 else { return [] }
    if offset >= written { return Array(tail[(offset - written)..<(offset - written + count)]) }
    let fromFile = file.read(at: offset, count: min(count, written - offset))
    return fromFile.count < count ? fromFile + tail.prefix(count - fromFile.count) : fromFile
  }

  private mutating func flush() {
    isIntact = tail.withUnsafeBytes { file.write($0, at: written) } && isIntact
    written += tail.count
    tail.removeAll(keepingCapacity: true)
  }
}
