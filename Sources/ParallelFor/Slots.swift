public import Synchronization

/// Values by position, for a moving window of positions.
///
/// Every position is put once and taken at most once, by threads that pass the position to each other under their own
/// lock. So the values need no lock here; only the table of chunks does.
///
/// The type and all that it uses is inlinable, because unspecialized code costs more than the values do.
@usableFromInline
final class Slots<Value>: @unchecked Sendable {
  @inlinable
  static var chunkSize: Int { 256 }

  @usableFromInline
  final class Chunk {
    @usableFromInline let values: UnsafeMutablePointer<Value?>
    @usableFromInline let untaken: UnsafeMutablePointer<Atomic<Int>>

    @inlinable
    init() {
      values = .allocate(capacity: Slots.chunkSize)
      values.initialize(repeating: nil, count: Slots.chunkSize)
      untaken = .allocate(capacity: 1)
      untaken.initialize(to: Atomic(Slots.chunkSize))
    }

    @inlinable
    deinit {
      // If all values have been taken, there is nothing to release.
      if untaken.pointee.load(ordering: .acquiring) > 0 { values.deinitialize(count: Slots.chunkSize) }
      values.deallocate()
      untaken.deinitialize(count: 1)
      untaken.deallocate()
    }
  }

  /// The chunk that a thread used last; neighbouring positions mostly need the same one.
  ///
  /// It holds the chunk's pointers, because threads that count references to the same chunk for every item would wait
  /// for each other.
  @usableFromInline
  struct Cursor {
    @usableFromInline var number = -1
    @usableFromInline var chunk: Chunk?
    @usableFromInline var pointers: Pointers?

    @usableFromInline
    struct Pointers {
      @usableFromInline let values: UnsafeMutablePointer<Value?>
      @usableFromInline let untaken: UnsafeMutablePointer<Atomic<Int>>

      @inlinable
      init(_ chunk: Chunk) {
        values = chunk.values
        untaken = chunk.untaken
      }
    }

    @inlinable
    init() {}
  }

  @usableFromInline let lock = Lock()
  @usableFromInline var chunks: [Int: Chunk] = [:]

  @inlinable
  init() {}

  @inlinable @inline(__always)
  func put(_ value: Value, at position: Int, using cursor: inout Cursor) {
    pointers(to: position, using: &cursor).values[position % Slots.chunkSize] = value
  }

  /// Passes the value to `look` without taking it.
  @inlinable
  func peek<Seen>(at position: Int, using cursor: inout Cursor, _ look: (Value) -> Seen) -> Seen? {
    pointers(to: position, using: &cursor).values[position % Slots.chunkSize].map(look)
  }

  /// Takes the value; nil if none was put.
  @inlinable @inline(__always)
  func take(at position: Int, using cursor: inout Cursor) -> Value? {
    let pointers = pointers(to: position, using: &cursor)
    let place = pointers.values + position % Slots.chunkSize
    let value = place.move()
    place.initialize(to: nil)
    if pointers.untaken.pointee.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 {
      lock.withLock { chunks[position / Slots.chunkSize] = nil }
      cursor = Cursor()
    }
    return value
  }

  /// Takes the value from a slot that may have been used up; nil if there is none.
  func takeIfPresent(at position: Int, using cursor: inout Cursor) -> Value? {
    guard lock.withLock({ chunks[position / Slots.chunkSize] != nil }),
      peek(at: position, using: &cursor, { _ in true }) ?? false
    else { return nil }
    return take(at: position, using: &cursor)
  }

  @inlinable
  func pointers(to position: Int, using cursor: inout Cursor) -> Cursor.Pointers {
    let number = position / Slots.chunkSize
    if let pointers = cursor.pointers, cursor.number == number { return pointers }
    let chunk = lock.withLock {
      if let chunk = chunks[number] { return chunk }
      let chunk = Chunk()
      chunks[number] = chunk
      return chunk
    }
    let pointers = Cursor.Pointers(chunk)
    cursor.number = number
    cursor.chunk = chunk
    cursor.pointers = pointers
    return pointers
  }
}
