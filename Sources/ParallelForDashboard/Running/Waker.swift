import CPosix

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// A pipe with which other threads end the main thread's wait for keys.
package final class Waker: Sendable {
  /// The descriptor that becomes readable after ``wake()``.
  package let descriptor: Int32
  private let writing: Int32

  package init() throws(DashboardError) {
    var ends: [Int32] = [-1, -1]
    guard cposix_pipe(&ends) == 0 else {
      throw DashboardError("cannot make a pipe: \(String(cString: strerror(errno)))")
    }
    descriptor = ends[0]
    writing = ends[1]
    for end in ends { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
  }

  deinit {
    close(descriptor)
    close(writing)
  }

  /// Ends the current wait, or the next one.
  package func wake() {
    var byte: UInt8 = 1
    _ = write(writing, &byte, 1)
  }

  /// Forgets all calls of ``wake()`` so far.
  package func clear() {
    var bytes = [UInt8](repeating: 0, count: 64)
    while read(descriptor, &bytes, bytes.count) > 0 {}
  }
}
