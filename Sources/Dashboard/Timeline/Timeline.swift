package import ParallelFor

/// What each worker has done over time, as blocks of one attempt each.
///
/// The memory is bounded: when a worker has many blocks, the older half of them are merged in pairs. So the recent past
/// is exact, and the distant past is coarse.
package struct Timeline: Equatable, Sendable {
  /// One attempt, or neighbouring attempts that were merged.
  package struct Block: Equatable, Sendable {
    /// When the first attempt started and the last one ended.
    package fileprivate(set) var start: Instant
    package fileprivate(set) var end: Instant
    /// The time spent on attempts, in nanoseconds; less than the whole if there were pauses between them.
    package fileprivate(set) var busy: Int64
    /// The number of attempts, and how many of them were not successful.
    package fileprivate(set) var count: Int32 = 1
    package fileprivate(set) var failed: Int32
    /// The item that matters most: one that failed, or else the longest.
    package fileprivate(set) var item: ItemID
    /// The length of the longest attempt, in nanoseconds.
    package fileprivate(set) var longest: Int64

    fileprivate init(_ item: FinishedItem) {
      (start, end) = (item.start, max(item.start, item.end))
      busy = max(0, end.nanoseconds(since: start))
      failed = item.outcome.isSuccess ? 0 : 1
      self.item = item.id
      longest = busy
    }

    /// Takes in the next block.
    fileprivate mutating func merge(_ next: Block) {
      let prefers = (next.failed > 0 && failed == 0) || (next.failed > 0) == (failed > 0) && next.longest > longest
      if prefers { item = next.item }
      start = min(start, next.start)
      end = max(end, next.end)
      busy += next.busy
      count += next.count
      failed += next.failed
      longest = max(longest, next.longest)
    }
  }

  /// The most blocks of all workers together.
  private static let mostBlocks = 1 << 16
  /// The least and the most blocks of one worker.
  private static let blocksPerLane = 16...1_024

  /// The blocks of each worker by its number, oldest first.
  private var lanes: [[Block]] = []

  package init() {}

  /// The number of workers that have ended an attempt, and all with smaller numbers.
  package var count: Int { lanes.count }

  /// Returns the blocks of a worker, oldest first.
  package func blocks(of worker: WorkerID) -> [Block] {
    lanes.indices.contains(worker.slot - 1) ? lanes[worker.slot - 1] : []
  }

  /// Takes an ended attempt.
  mutating func add(_ item: FinishedItem) {
    let index = max(0, item.worker.slot - 1)
    while lanes.count <= index { lanes.append([]) }
    lanes[index].append(Block(item))
    let most = min(max(Self.mostBlocks / lanes.count, Self.blocksPerLane.lowerBound), Self.blocksPerLane.upperBound)
    if lanes[index].count > most { Self.thin(&lanes[index]) }
  }

  /// Merges the older half of the blocks in pairs.
  private static func thin(_ blocks: inout [Block]) {
    let half = blocks.count / 4 * 2
    var merged: [Block] = []
    merged.reserveCapacity(blocks.capacity)
    for index in stride(from: 0, to: half, by: 2) {
      var block = blocks[index]
      block.merge(blocks[index + 1])
      merged.append(block)
    }
    blocks = merged + blocks[half...]
  }
}
