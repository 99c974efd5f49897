/// Memory for one result per position, which any thread may fill in any order.
@usableFromInline
struct ResultBuffer<Output>: @unchecked Sendable {
  @usableFromInline let base: UnsafeMutablePointer<Output>

  @inlinable
  init(_ base: UnsafeMutablePointer<Output>) { self.base = base }

  /// Makes an array of `count` results. Unless `fill` throws, it must put a result at every position.
  @inlinable
  static func array<Problem: Error>(
    count: Int, _ fill: (ResultBuffer) throws(Problem) -> Void
  ) throws(Problem) -> [Output] {
    guard count > 0 else { return [] }
    var problem: Problem?
    let results = [Output](unsafeUninitializedCapacity: count) { buffer, initialized in
      guard let base = buffer.baseAddress else { preconditionFailure("no room for \(count) results") }
      adviseLargePages(UnsafeMutableRawBufferPointer(buffer))
      do throws(Problem) {
        try fill(ResultBuffer(base))
        initialized = count
      } catch {
        problem = error
      }
    }
    if let problem { throw problem }
    return results
  }

  @usableFromInline
  static func adviseLargePages(_ memory: UnsafeMutableRawBufferPointer) { LargePages.advise(memory) }

  @inlinable
  func put(_ output: consuming Output, at position: Int) { (base + position).initialize(to: output) }

  @inlinable
  func discard(_ range: Range<Int>) { (base + range.lowerBound).deinitialize(count: range.count) }
}
