#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Asks the system to back memory that will be filled from end to end with pages as large as it has.
///
/// A fault for each page of 4 kB was four fifths of the time of a loop over millions of tiny items. It is advice only: a
/// system that knows no large pages, or has none left, gives its usual ones.
enum LargePages {
  /// The size of a large page on Linux for x86-64 and for arm64 with base pages of 4 kB.
  static let pageSize = 2 << 20

  /// The part of `memory` that whole large pages cover, or nil where it is too short for two of them.
  static func covered(_ memory: Range<UInt>) -> Range<UInt>? {
    let size = UInt(pageSize)
    let (sum, overflows) = memory.lowerBound.addingReportingOverflow(size - 1)
    guard !overflows else { return nil }
    let start = sum / size * size
    let end = memory.upperBound / size * size
    return end >= start + 2 * size ? start..<end : nil
  }

  static func advise(_ memory: UnsafeMutableRawBufferPointer) {
    #if os(Linux)
      let start = UInt(bitPattern: memory.baseAddress)
      guard let part = covered(start..<start + UInt(memory.count)) else { return }
      madvise(UnsafeMutableRawPointer(bitPattern: part.lowerBound), part.count, MADV_HUGEPAGE)
    #endif
  }
}
