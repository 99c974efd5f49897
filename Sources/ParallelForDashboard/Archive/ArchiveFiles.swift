import Attempts
import OSText

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
    file = try .make()
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
    let inFile = min(count, written - offset)
    return file.bytes(at: offset, count: inFile) + tail.prefix(count - inFile)
  }

  private mutating func flush() {
    if (try? tail.withUnsafeBytes({ try file.write($0, at: written) })) == nil { isIntact = false }
    written += tail.count
    tail.removeAll(keepingCapacity: true)
  }
}

extension TemporaryFile {
  static func make() throws(DashboardError) -> TemporaryFile {
    let folder = OSProcess.temporaryFolder
    do throws(Problem) {
      return try TemporaryFile(in: folder)
    } catch {
      throw DashboardError("cannot make a temporary file in \(folder): \(error.words)")
    }
  }

  /// Reads bytes that have been written; zeros if that fails.
  func bytes(at offset: Int, count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    bytes.withUnsafeMutableBytes { try? read(into: $0, at: offset) }
    return bytes
  }
}

/// The place of each ended item's record, and the facts that lists need.
///
/// It takes 16 bytes per item, on disk except for the pages in use. Items end nearly in order, so few pages are in use
/// at a time.
struct ArchiveIndex {
  /// An item's entry.
  struct Entry: Equatable {
    /// The place of its record in the archive.
    var offset: Int
    /// How it ended.
    var kind: Kind
    /// How long it took, in nanoseconds.
    var latency: Int64

    /// The offset and the kind in one word, which is never 0.
    var word: UInt64 { UInt64(kind.rawValue) << 56 | UInt64(offset) }

    init(offset: Int, kind: Kind, latency: Int64) {
      self.offset = offset
      self.kind = kind
      self.latency = latency
    }

    /// Reads an entry from a word; nil if it holds none.
    init?(word: UInt64, latency: Int64) {
      guard let kind = Kind(rawValue: UInt8(word >> 56)) else { return nil }
      self.init(offset: Int(word & (1 << 56 - 1)), kind: kind, latency: latency)
    }
  }

  /// How an item ended, in one byte.
  enum Kind: UInt8 {
    case succeeded = 1
    case failed, timedOut, cancelled
  }

  private static let pageEntries = 1_024
  private static let pagesInMemory = 64

  private struct Page {
    var words: [UInt64]
    var lastUse: Int
    var isDirty = false
  }

  private let file: TemporaryFile
  private var pages: [Int: Page] = [:]
  private var uses = 0
  /// One more than the last position that has an entry.
  private(set) var end = 0

  init() throws(DashboardError) { file = try .make() }

  mutating func set(_ entry: Entry, at position: Int) {
    let place = (position % Self.pageEntries) * 2
    withPage(of: position) { page in
      page.words[place] = entry.word
      page.words[place + 1] = UInt64(bitPattern: entry.latency)
      page.isDirty = true
    }
    end = max(end, position + 1)
  }

  /// Returns the item's entry, if it has ended.
  mutating func entry(at position: Int) -> Entry? {
    guard position >= 0, position < end else { return nil }
    let place = (position % Self.pageEntries) * 2
    let (first, second) = withPage(of: position) { ($0.words[place], $0.words[place + 1]) }
    return Entry(word: first, latency: Int64(bitPattern: second))
  }

  private mutating func withPage<Value>(of position: Int, _ body: (inout Page) -> Value) -> Value {
    let number = position / Self.pageEntries
    uses += 1
    if pages[number] == nil {
      evictIfFull()
      pages[number] = load(number)
    }
    guard var page = pages[number] else { preconditionFailure("archive: page \(number) was just loaded") }
    // Take the words out while they change, so that they are not copied.
    pages[number]?.words = []
    page.lastUse = uses
    defer { pages[number] = page }
    return body(&page)
  }

  private func load(_ number: Int) -> Page {
    let size = Self.pageEntries * 16
    var words = [UInt64](repeating: 0, count: Self.pageEntries * 2)
    // A page beyond the end of the file has no entries.
    words.withUnsafeMutableBytes { try? file.read(into: $0, at: number * size) }
    return Page(words: words, lastUse: uses)
  }

  private mutating func evictIfFull() {
    guard pages.count >= Self.pagesInMemory, let oldest = pages.min(by: { $0.value.lastUse < $1.value.lastUse }) else {
      return
    }
    if oldest.value.isDirty {
      try? oldest.value.words.withUnsafeBytes { try file.write($0, at: oldest.key * Self.pageEntries * 16) }
    }
    pages[oldest.key] = nil
  }
}
