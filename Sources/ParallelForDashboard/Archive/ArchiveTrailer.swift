import Dashboard

/// The archive's facts about a command's process, and the place of the previous attempt.
struct ArchiveTrailer: Equatable {
  static let size = 5 * 8
  private static let absent = Int64.min

  /// The index entry of the previous attempt as a word; 0 if there was none.
  var previous: UInt64
  var process: ItemDetail.Process?

  /// The trailer as words.
  var words: [Int64] {
    [
      Int64(bitPattern: previous), process?.exitStatus.map { Int64($0) } ?? Self.absent,
      process?.signal.map { Int64($0) } ?? Self.absent, process?.cpu ?? Self.absent,
      process?.peakMemory ?? Self.absent,
    ]
  }
}

extension ArchiveTrailer {
  /// Reads the words back; nil if there are too few bytes.
  init?(_ bytes: [UInt8]) {
    guard bytes.count >= Self.size else { return nil }
    let words = bytes.withUnsafeBytes { raw in
      (0..<Self.size / 8).map { raw.loadUnaligned(fromByteOffset: $0 * 8, as: Int64.self) }
    }
    let known = words.map { $0 == Self.absent ? nil : $0 }
    let process = ItemDetail.Process(
      exitStatus: known[1].map { Int32(truncatingIfNeeded: $0) },
      signal: known[2].map { Int32(truncatingIfNeeded: $0) }, cpu: known[3], peakMemory: known[4])
    self.init(previous: UInt64(bitPattern: words[0]), process: process == ItemDetail.Process() ? nil : process)
  }
}
