public import Synchronization

/// Values by position, for positions that come and go in a moving window of an endless row.
///
/// Every position is put once and taken at most once, by threads that hand the position to each other under a lock of
/// their own: so the values need none here, only the table of chunks does.
///
/// Inlinable with all that it uses, because code for values of unknown type costs more than the values do.
@usableFromInline
final class Slots<Value>: @unchecked Sendable {
  @inlinable
  static var chunkSize: Int { 256 }

  @usableFromInline
  final class Chunk {
    @usableFromInline let values: UnsafeMutablePointer<Value?>
    @usableFromInline let untaken = Atomic<Int>(Slots.chunkSize)

    @inlinable
    init() {
      values = .allocate(capacity: Slots.chunkSize)
      values.initialize(repeating: nil, count: Slots.chunkSize)
    }

    @inlinable
    deinit {
      values.deinitialize(count: Slots.chunkSize)
      values.deallocate()
    }
  }

  /// The chunk that a thread used last: neighbours mostly want the same one.
  @usableFromInline
  struct Cursor {
    @usableFromInline var number = -1
    @usableFromInline var chunk: Chunk?

    @inlinable
    init() {}
  }

  @usableFromInline let lock = Lock()
  @usableFromInline var chunks: [Int: Chunk] = [:]

  @inlinable
  init() {}

  @inlinable
  func put(_ value: Value, at position: Int, using cursor: inout Cursor) {
    chunk(of: position, using: &cursor).values[position % Slots.chunkSize] = value
  }

  /// Looks at the value without taking it.
  @inlinable
  func peek<Seen>(at position: Int, using cursor: inout Cursor, _ look: (Value) -> Seen) -> Seen? {
    chunk(of: position, using: &cursor).values[position % Slots.chunkSize].map(look)
  }

  /// Takes the value out; nil if none was put.
  @inlinable
  func take(at position: Int, using cursor: inout Cursor) -> Value? {
    let chunk = chunk(of: position, using: &cursor)
    let place = chunk.values + position % Slots.chunkSize
    let value = place.move()
    place.initialize(to: nil)
    if chunk.untaken.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 {
      lock.withLock { chunks[position / Slots.chunkSize] = nil }
      cursor = Cursor()
    }
    return value
  }

  @inlinable
  func chunk(of position: Int, using cursor: inout Cursor) -> Chunk {
    let number = position / Slots.chunkSize
    if let chunk = cursor.chunk, cursor.number == number { return chunk }
    let found = lock.withLock {
      if let chunk = chunks[number] { return chunk }
      let chunk = Chunk()
      chunks[number] = chunk
      return chunk
    }
    cursor.number = number
    cursor.chunk = found
    return found
  }
}
