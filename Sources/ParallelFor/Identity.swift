/// An item's position in the input; the first is 0.
public struct ItemID: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The position, counted from 0.
  public var position: Int

  /// Makes the ID of the item at `position`, counted from 0.
  @inlinable
  public init(_ position: Int) { self.position = position }

  /// The number that users see, counted from 1.
  public var number: Int { position + 1 }

  /// The number with a number sign, such as `#17`.
  public var description: String { "#\(number)" }

  /// Orders items by their position in the input.
  @inlinable
  public static func < (left: ItemID, right: ItemID) -> Bool { left.position < right.position }
}

/// A worker's slot, counted from 1. A new worker takes the smallest free slot.
public struct WorkerID: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The slot, counted from 1.
  public var slot: Int

  /// Makes the ID of the worker in `slot`, counted from 1.
  @inlinable
  public init(_ slot: Int) { self.slot = slot }

  /// The slot as a number.
  public var description: String { "\(slot)" }

  /// Orders workers by slot.
  @inlinable
  public static func < (left: WorkerID, right: WorkerID) -> Bool { left.slot < right.slot }
}
