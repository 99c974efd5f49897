import ParallelFor
import Synchronization
import Testing

@testable import Jobs

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The standard input of all commands is opened once. After a failure, the next command tries again.
@Suite struct NullDeviceTests {
  @Test func aFailureIsNotBelievedForEver() {
    let tries = Atomic<Int>(0)
    let device = NullDevice {
      errno = EMFILE
      return tries.add(1, ordering: .relaxed).newValue < 3 ? -1 : posixOpen("/dev/null", O_RDONLY | O_CLOEXEC)
    }
    for _ in 0..<2 { #expect(device.descriptor() < 0 && errno == EMFILE) }
    let opened = device.descriptor()
    #expect(opened >= 0 && device.descriptor() == opened && tries.load(ordering: .relaxed) == 3)
    close(opened)
  }
}
