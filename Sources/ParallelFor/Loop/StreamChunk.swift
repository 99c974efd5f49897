public import Synchronization

/// Neighbouring elements of a stream, with their results and a flag for each result that is ready.
@usableFromInline
class StreamChunk: @unchecked Sendable {
  /// The positions of the elements in the stream.
  @usableFromInline let positions: Range<Int>
  /// The number of results that the consumer has taken; only the consumer uses it.
  @exclusivity(unchecked) @usableFromInline final var taken = 0
  @usableFromInline let done: UnsafeMutablePointer<Atomic<Bool>>

  @inlinable
  init(positions: Range<Int>) {
    self.positions = positions
    done = .allocate(capacity: positions.count)
    for index in 0..<positions.count { (done + index).initialize(to: Atomic(false)) }
  }

  @inlinable
  deinit {
    done.deinitialize(count: positions.count)
    done.deallocate()
  }

  /// Whether the next result is ready.
  @inlinable
  final var hasReady: Bool { taken < positions.count && done[taken].load(ordering: .acquiring) }

  /// Whether the consumer has taken all results.
  @inlinable
  final var isUsedUp: Bool { taken == positions.count }
}

/// A chunk with typed results. The worker of a position puts its result, and the consumer takes it.
@usableFromInline
class ResultChunk<Output, Problem: Error>: StreamChunk, @unchecked Sendable {
  @usableFromInline let results: UnsafeMutablePointer<Result<Output, Problem>>

  @inlinable
  override init(positions: Range<Int>) {
    results = .allocate(capacity: positions.count)
    super.init(positions: positions)
  }

  @inlinable
  deinit {
    for index in taken..<positions.count where done[index].load(ordering: .acquiring) {
      (results + index).deinitialize(count: 1)
    }
    results.deallocate()
  }

  @inlinable
  @inline(__always)
  final func put(_ result: consuming Result<Output, Problem>, at index: Int) {
    (results + index).initialize(to: result)
    done[index].store(true, ordering: .releasing)
  }

  /// Takes the next result; nil if it is not ready, or all are taken.
  @inlinable
  @inline(__always)
  final func take() -> Result<Output, Problem>? {
    guard hasReady else { return nil }
    taken &+= 1
    return (results + (taken &- 1)).move()
  }
}

/// A chunk with typed elements.
@usableFromInline
final class ElementChunk<Element, Output, Problem: Error>: ResultChunk<Output, Problem>, @unchecked Sendable {
  @usableFromInline let elements: ContiguousArray<Element>

  @inlinable
  init(_ elements: ContiguousArray<Element>, from first: Int) {
    self.elements = elements
    super.init(positions: first..<first + elements.count)
  }

  /// Runs the lane's range, which is part of this chunk's. Returns the number of elements that ran.
  @inlinable
  func run(in lane: LoopLane, body: (Element) throws(Problem) -> Output) -> Int {
    let begin = lane.start
    var position = begin
    while lane.mayRun(position) {
      let index = position &- positions.lowerBound
      do throws(Problem) {
        put(.success(try body(elements[index])), at: index)
      } catch {
        put(.failure(error), at: index)
      }
      position &+= 1
    }
    return position - begin
  }
}

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
