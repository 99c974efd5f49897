#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

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
      LargePages.advise(UnsafeMutableRawBufferPointer(buffer))
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

  @inlinable
  func put(_ output: consuming Output, at position: Int) { (base + position).initialize(to: output) }

  @inlinable
  func discard(_ range: Range<Int>) { (base + range.lowerBound).deinitialize(count: range.count) }
}

/// Results in the order of completion, from any thread.
@usableFromInline
final class CompletionList<Output>: @unchecked Sendable {
  @usableFromInline let lock = Lock()
  @usableFromInline var outputs: [Output] = []

  @inlinable
  init() {}

  @inlinable
  func append(_ output: Output) { lock.withLock { outputs.append(output) } }

  /// Takes all results. Call it after every thread has ended.
  @inlinable
  func take() -> [Output] {
    defer { outputs = [] }
    return outputs
  }
}

/// Asks the system for large pages for memory that will be filled completely.
///
/// Faults for pages of 4 kB took four fifths of the time of a loop over millions of tiny items. The request is only
/// advice. A system without large pages, or with none left, uses its usual pages.
@usableFromInline
enum LargePages {
  /// The size of a large page on Linux for x86-64 and for arm64 with base pages of 4 kB.
  static let pageSize = 2 << 20

  /// Returns the part of `memory` that whole large pages cover, or nil if it is too short for two of them.
  static func covered(_ memory: Range<UInt>) -> Range<UInt>? {
    let size = UInt(pageSize)
    let (sum, overflows) = memory.lowerBound.addingReportingOverflow(size - 1)
    guard !overflows else { return nil }
    let start = sum / size * size
    let end = memory.upperBound / size * size
    return end >= start + 2 * size ? start..<end : nil
  }

  @usableFromInline
  static func advise(_ memory: UnsafeMutableRawBufferPointer) {
    #if os(Linux)
      let start = UInt(bitPattern: memory.baseAddress)
      guard let part = covered(start..<start + UInt(memory.count)) else { return }
      madvise(UnsafeMutableRawPointer(bitPattern: part.lowerBound), part.count, MADV_HUGEPAGE)
    #endif
  }
}
