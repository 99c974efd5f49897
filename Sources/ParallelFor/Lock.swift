#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A mutual-exclusion lock over `pthread_mutex_t`: six times faster, uncontended, than `Synchronization.Mutex` here.
@usableFromInline
package final class Lock: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>

  @usableFromInline
  package init() {
    mutex = .allocate(capacity: 1)
    mutex.initialize(to: pthread_mutex_t())
    pthread_mutex_init(mutex, nil)
  }

  @usableFromInline
  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  @usableFromInline
  func lock() { pthread_mutex_lock(mutex) }

  @usableFromInline
  func unlock() { pthread_mutex_unlock(mutex) }

  /// Runs `body` while holding the lock. The lock is not recursive.
  @inlinable
  package func withLock<Value, Problem: Error>(_ body: () throws(Problem) -> Value) throws(Problem) -> Value {
    lock()
    defer { unlock() }
    return try body()
  }
}
