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

  init() throws(DashboardError) { file = try TemporaryFile() }

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
    let bytes = file.read(at: number * size, count: size)
    words.withUnsafeMutableBytes { $0.copyBytes(from: bytes) }
    return Page(words: words, lastUse: uses)
  }

  private mutating func evictIfFull() {
    guard pages.count >= Self.pagesInMemory, let oldest = pages.min(by: { $0.value.lastUse < $1.value.lastUse }) else {
      return
    }
    if oldest.value.isDirty {
      _ = oldest.value.words.withUnsafeBytes { file.write($0, at: oldest.key * Self.pageEntries * 16) }
    }
    pages[oldest.key] = nil
  }
}
