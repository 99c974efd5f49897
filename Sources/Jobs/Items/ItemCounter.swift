/// Counts the items of a regular file during the run, with its own descriptor.
public enum ItemCounter {
  /// Counts the items that an ``ItemReader`` would read, without keeping them.
  ///
  /// - Parameters:
  ///   - path: a regular file.
  ///   - format: the format of the file.
  ///   - isCancelled: called once for every 256 KiB; true ends the counting.
  /// - Returns: the number, or nil when cancelled.
  /// - Throws: when the file cannot be opened or split into records. Invalid records are counted.
  public static func count(
    path: String, format: ItemFormat, isCancelled: () -> Bool = { false }
  ) throws(ItemError) -> Int? {
    var records = try RecordStream(source: .file(path), format: format)
    var total = 0
    var mayComeMore = true
    while mayComeMore {
      if isCancelled() { return nil }
      mayComeMore = try records.fill()
      while let record = try records.nextBuffered() {
        if format == .jsonl && record.bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { continue }
        total += 1
      }
    }
    return format.hasHeader ? max(0, total - 1) : total
  }
}
