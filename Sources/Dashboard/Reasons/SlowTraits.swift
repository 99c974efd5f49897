package import ParallelFor

/// What an item has that others may share.
package enum ItemTrait: Hashable, Sendable {
  /// Its text starts like this.
  case prefix(String)
  /// A field has this value.
  case field(String, String)
  /// This worker ran it.
  case worker(Int)
}

/// A trait that is more frequent among the slow items than chance explains.
package struct SlowTrait: Equatable, Sendable {
  package let trait: ItemTrait
  /// The slow items that have it.
  package let hits: Int
  /// The slow items that were compared.
  package let slow: Int
  /// The part of all items that has it, from 0 to 1.
  package let share: Double
}

/// The slowest items and a sample of all items, to find what slow ones have in common. The memory is bounded.
package struct SlowTraits: Sendable {
  /// An item as far as it is compared.
  package struct Item: Sendable {
    let position: Int
    let traits: [ItemTrait]
    let latency: Int64

    /// Makes an item.
    ///
    /// - Parameters:
    ///   - id: The item.
    ///   - text: Its text.
    ///   - fields: The names and values of its fields; empty for a plain text.
    ///   - worker: The worker that ran it.
    ///   - latency: How long it took, in nanoseconds.
    package init(_ id: ItemID, text: String, fields: [(name: String, value: String)], worker: Int, latency: Int64) {
      position = id.position
      let named = fields.prefix(Self.mostFields).filter { $0.value.utf8.count <= Self.longestValue }
      traits =
        [.worker(worker)]
        + (fields.isEmpty ? Self.prefixes(text).map(ItemTrait.prefix) : named.map { .field($0.name, $0.value) })
      self.latency = latency
    }

    private static let mostFields = 16
    private static let longestValue = 64
    private static let mostPrefixes = 6
    private static let longestPrefix = 64

    /// The beginnings of a text that end with a separator.
    static func prefixes(_ text: String) -> [String] {
      var prefixes: [String] = []
      var prefix = ""
      for character in text.prefix(longestPrefix) {
        prefix.append(character)
        guard "/-_.:?=@#, ".contains(character) else { continue }
        prefixes.append(prefix)
        if prefixes.count == mostPrefixes { break }
      }
      return prefixes
    }
  }

  /// The number of slow items that are kept.
  private static let mostSlow = 256
  /// The number of items in the sample.
  private static let mostSampled = 1_024

  private var slowest = Heap<Slow>()
  private var sample: [Item] = []
  /// The items whose numbers have hashes up to this are in the sample.
  private(set) package var highestHash = UInt64.max

  package init() {}

  /// Items that took less than this, in nanoseconds, are not among the slowest.
  package var leastLatency: Int64 { slowest.count < Self.mostSlow ? -1 : slowest.elements[0].item.latency }

  /// The hash by which items are sampled. It does not depend on what the items are.
  package static func hash(_ id: ItemID) -> UInt64 {
    var mixed = UInt64(truncatingIfNeeded: id.position) &* 0x9E37_79B9_7F4A_7C15
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// Adds an item that has ended.
  package mutating func add(_ item: Item) {
    if Self.hash(ItemID(item.position)) <= highestHash { addToSample(item) }
    guard item.latency > leastLatency else { return }
    if slowest.count < Self.mostSlow {
      slowest.insert(Slow(item: item))
    } else {
      slowest.replaceFirst(by: Slow(item: item))
    }
  }

  private mutating func addToSample(_ item: Item) {
    sample.append(item)
    guard sample.count > Self.mostSampled else { return }
    highestHash /= 2
    sample.removeAll { Self.hash(ItemID($0.position)) > highestHash }
  }

  private struct Slow: Comparable {
    let item: Item

    static func < (left: Slow, right: Slow) -> Bool {
      (left.item.latency, right.item.position) < (right.item.latency, left.item.position)
    }

    static func == (left: Slow, right: Slow) -> Bool { left.item.position == right.item.position }
  }

  // MARK: - What is found

  /// The fewest slow and other items that are compared.
  private static let fewestSlow = 8
  private static let fewestOthers = 30
  /// The probability, for all traits together, below which chance is no explanation.
  private static let level = 0.001

  /// Returns the traits that are significantly more frequent among slow items, the clearest first, one of each kind.
  ///
  /// - Parameter limit: The latency from which an item is slow, in nanoseconds.
  package func found(from limit: Int64) -> [SlowTrait] {
    let slow = slowest.elements.map(\.item).filter { $0.latency >= limit }
    let others = sample.filter { $0.latency < limit }
    guard slow.count >= Self.fewestSlow, others.count >= Self.fewestOthers else { return [] }
    let (hits, misses, all) = (Self.counts(slow), Self.counts(others), Self.counts(sample))
    let tested = Set(hits.keys).union(misses.keys).count
    let candidates = hits.compactMap { trait, count -> (trait: SlowTrait, chance: Double)? in
      let share = Double(all[trait] ?? 0) / Double(sample.count)
      // A trait of a few slow items, or of most items, tells little.
      guard 2 * count >= slow.count, Double(count) >= 2 * share * Double(slow.count) else { return nil }
      let chance = Fisher.probability(
        of: count, in: slow.count, having: count + (misses[trait] ?? 0), of: slow.count + others.count)
      guard chance * Double(tested) < Self.level else { return nil }
      return (SlowTrait(trait: trait, hits: count, slow: slow.count, share: share), chance)
    }
    return Self.best(candidates)
  }

  private static func counts(_ items: [Item]) -> [ItemTrait: Int] {
    items.reduce(into: [:]) { counts, item in for trait in Set(item.traits) { counts[trait, default: 0] += 1 } }
  }

  /// Returns the clearest trait of each kind. Of prefixes that are as clear, the longest says most.
  private static func best(_ candidates: [(trait: SlowTrait, chance: Double)]) -> [SlowTrait] {
    var kinds: Set<String> = []
    return candidates.sorted {
      ($0.chance, $1.trait.trait.length, $0.trait.trait.words) < (
        $1.chance, $0.trait.trait.length, $1.trait.trait.words
      )
    }
    .filter { kinds.insert($0.trait.trait.kind).inserted }.map(\.trait)
  }
}

extension ItemTrait {
  fileprivate var kind: String {
    switch self {
    case .prefix: "prefix"
    case .field(let name, _): "field \(name)"
    case .worker: "worker"
    }
  }

  fileprivate var length: Int { if case .prefix(let text) = self { text.count } else { 0 } }

  /// What items with the trait do; may contain untrusted text.
  package var words: String {
    switch self {
    case .prefix(let text): "start with \(text)"
    case .field(let name, let value): "have \(name) = \(value)"
    case .worker(let number): "ran on worker \(number)"
    }
  }
}
