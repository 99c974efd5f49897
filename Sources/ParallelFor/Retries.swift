public import Synchronization

/// What belongs to items that are tried again because somebody asked for it: their inputs, and what their further
/// attempts produced. An item that ends well the first time never comes near it.
///
/// Such an item's places in the run's ``Slots`` may be used up, so its values live here from the wish to the delivery.
@usableFromInline
final class Retries<Input, Output>: @unchecked Sendable {
  /// An item that somebody asked for.
  private struct Entry {
    var input: Input
    /// Whether its earlier result had been handed on when it was asked for.
    let isLate: Bool
    /// Whether a further attempt has ended, with or without an output.
    var hasEnded = false
    var output: Output?
    /// Outputs that later ones have taken the place of.
    var replaced: [Output] = []
  }

  /// What is to be handed on for an item.
  struct Ended {
    /// Whether this is a second result of the item.
    var isLate: Bool
    /// Whether a further attempt has ended; else the earlier result remains.
    var hasEnded: Bool
    var output: Output?
    var replaced: [Output]
  }

  private let mostKept: Int
  private let lock = Lock()
  /// Inputs of items that have failed, in case somebody asks for them.
  private var kept: [Int: Input] = [:]
  private var entries: [Int: Entry] = [:]
  /// Whether anybody has ever asked; set before the item can begin.
  @usableFromInline let isUsed = Atomic<Bool>(false)

  /// - Parameter mostKept: how many failed items' inputs are kept.
  @usableFromInline
  init(mostKept: Int) { self.mostKept = mostKept }

  /// Keeps the input of an item that has failed for good, if there is room.
  @usableFromInline
  func keep(_ input: Input, at position: Int) {
    guard mostKept > 0 else { return }
    lock.withLock {
      if kept.count < mostKept { kept[position] = input }
    }
  }

  /// The kept input of an item that has failed; nil if there is none.
  func keptInput(at position: Int) -> Input? { lock.withLock { kept[position] } }

  /// Somebody asked for the item.
  func begin(_ position: Int, _ input: Input, isLate: Bool) {
    isUsed.store(true, ordering: .relaxed)
    lock.withLock {
      kept[position] = nil
      if entries[position] == nil {
        entries[position] = Entry(input: input, isLate: isLate)
      } else {
        entries[position]?.input = input
      }
    }
  }

  /// The input of an item that somebody asked for; nil for all others.
  @usableFromInline
  func input(at position: Int) -> Input? {
    guard isUsed.load(ordering: .relaxed) else { return nil }
    return lock.withLock { entries[position]?.input }
  }

  /// A further attempt has ended.
  @usableFromInline
  func end(_ output: Output?, at position: Int) {
    lock.withLock {
      guard var entry = entries.removeValue(forKey: position) else { return }
      if let earlier = entry.output { entry.replaced.append(earlier) }
      entry.output = output
      entry.hasEnded = true
      entries[position] = entry
    }
  }

  /// The output of a further attempt that has not been handed on.
  func output(at position: Int) -> Output? { lock.withLock { entries[position]?.output } }

  /// Whether somebody asked for the item after its result had been handed on.
  func isLate(_ position: Int) -> Bool { lock.withLock { entries[position]?.isLate ?? false } }

  /// Whether a further attempt at the item has ended.
  func hasEnded(_ position: Int) -> Bool { lock.withLock { entries[position]?.hasEnded ?? false } }

  /// Takes what is to be handed on for an item; nil if nobody asked for it.
  func take(at position: Int) -> Ended? {
    guard let entry = lock.withLock({ entries.removeValue(forKey: position) }) else { return nil }
    return Ended(
      isLate: entry.isLate, hasEnded: entry.hasEnded, output: entry.output, replaced: entry.replaced)
  }
}
