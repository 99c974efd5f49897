public import Synchronization

/// The inputs and new outputs of items that are tried again because a user requested it.
///
/// The slots of such an item in the run's ``Slots`` may be used up. Therefore its values live here from the request to
/// the delivery. Items that succeed at once never touch this object.
@usableFromInline
final class Retries<Input, Output>: @unchecked Sendable {
  /// An item whose retry was requested.
  struct Entry {
    var input: Input
    /// Whether its earlier result had been handed on at the request.
    let isLate: Bool
    /// Whether a further attempt has ended, with or without an output; otherwise the earlier result remains.
    var hasEnded = false
    var output: Output?
    /// Outputs that later ones have replaced.
    var replaced: [Output] = []
  }

  private let mostKept: Int
  private let lock = Lock()
  /// Inputs of failed items, for later requests.
  private var kept: [Int: Input] = [:]
  private var entries: [Int: Entry] = [:]
  /// Whether a retry was ever requested; set before that item can start.
  @usableFromInline let isUsed = Atomic<Bool>(false)

  /// - Parameter mostKept: the maximum number of failed items whose inputs are kept.
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

  /// Returns the kept input of a failed item; nil if there is none.
  func keptInput(at position: Int) -> Input? { lock.withLock { kept[position] } }

  /// Records that a retry was requested.
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

  /// Returns the input of an item whose retry was requested; nil for all others.
  @usableFromInline
  func input(at position: Int) -> Input? {
    guard isUsed.load(ordering: .relaxed) else { return nil }
    return lock.withLock { entries[position]?.input }
  }

  /// Records that a further attempt has ended.
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

  /// Returns the output of a further attempt that has not been handed on.
  func output(at position: Int) -> Output? { lock.withLock { entries[position]?.output } }

  /// Whether the retry was requested after the result had been handed on.
  func isLate(_ position: Int) -> Bool { lock.withLock { entries[position]?.isLate ?? false } }

  /// Whether a further attempt at the item has ended.
  func hasEnded(_ position: Int) -> Bool { lock.withLock { entries[position]?.hasEnded ?? false } }

  /// Takes what to hand on for an item; nil if no retry was requested.
  func take(at position: Int) -> Entry? { lock.withLock { entries.removeValue(forKey: position) } }
}
