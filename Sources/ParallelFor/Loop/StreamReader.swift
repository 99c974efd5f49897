/// Reads a sequence in pieces, for one thread at a time.
@usableFromInline
final class StreamReader<Items: Sequence>: @unchecked Sendable {
  /// The time, in nanoseconds, after which a piece is returned even if it is not full.
  @usableFromInline static var patience: Int64 { 50_000 }

  @usableFromInline let items: Items
  @usableFromInline var iterator: Items.Iterator?

  @inlinable
  init(_ items: Items) { self.items = items }

  /// Reads up to `limit` elements, and returns whether they are the last.
  @inlinable
  func read(upTo limit: Int) -> (elements: ContiguousArray<Items.Element>, isLast: Bool) {
    var source = iterator.take() ?? items.makeIterator()
    defer { iterator = source }
    var elements = ContiguousArray<Items.Element>()
    elements.reserveCapacity(limit)
    let begin = MonotonicClock.now
    while elements.count < limit {
      guard let element = source.next() else { return (elements, true) }
      elements.append(element)
      if elements.count % 16 == 0, MonotonicClock.now.nanoseconds(since: begin) > Self.patience { break }
    }
    return (elements, false)
  }
}
