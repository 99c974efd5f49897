#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A mutex with conditions to wait on. Only it and ``Lock`` use raw pthread locks.
///
/// A condition must wait on the mutex that belongs to it, and no lock of the standard library exposes its mutex.
package final class Monitor: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  /// The calls from ``callAfterwards(_:)``; guarded by the mutex.
  @exclusivity(unchecked) private var afterwards: (() -> Void)?

  package init() {
    mutex.initialize(to: pthread_mutex_t())
    var attributes = pthread_mutexattr_t()
    pthread_mutexattr_init(&attributes)
    defer { pthread_mutexattr_destroy(&attributes) }
    #if canImport(Glibc)
      // The mutex spins for a moment before it sleeps. We hold it for a fraction of the time that a sleep and a wake-up
      // take, and after a wake-up a processor stays idle until the system rebalances.
      pthread_mutexattr_settype(&attributes, CInt(PTHREAD_MUTEX_ADAPTIVE_NP))
    #endif
    pthread_mutex_init(mutex, &attributes)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  package func withLock<Value>(_ body: () -> Value) -> Value {
    pthread_mutex_lock(mutex)
    let value = body()
    let call = afterwards.take()
    pthread_mutex_unlock(mutex)
    call?()
    return value
  }

  /// Makes a call on the same thread as soon as the caller, which holds the monitor now, has released it.
  ///
  /// Resuming a task takes the task's lock. A thread that cancels the task holds that lock while it waits for the
  /// monitor. Resuming the task with the monitor held would deadlock with that thread.
  package func callAfterwards(_ call: @escaping () -> Void) {
    guard let before = afterwards else { return afterwards = call }
    afterwards = {
      before()
      call()
    }
  }

  /// Waits until the condition is signalled. The caller holds the monitor and checks again afterwards.
  package func wait(for condition: Condition) {
    if !makeCall() { pthread_cond_wait(condition.raw, mutex) }
  }

  /// Makes the pending call, for which it releases the monitor. Returns whether there was one.
  private func makeCall() -> Bool {
    guard let call = afterwards.take() else { return false }
    pthread_mutex_unlock(mutex)
    call()
    pthread_mutex_lock(mutex)
    return true
  }

  /// Waits until the condition is signalled or the time is up. The caller holds the monitor and checks again.
  package func wait(for condition: Condition, nanoseconds: Int64) {
    if makeCall() { return }
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    let total = Int64(now.tv_nsec) + nanoseconds
    now.tv_sec += Int(total / 1_000_000_000)
    now.tv_nsec = Int(total % 1_000_000_000)
    pthread_cond_timedwait(condition.raw, mutex, &now)
  }
}

/// Something that a thread waits for while it holds a ``Monitor``.
package final class Condition: @unchecked Sendable {
  fileprivate let raw = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  package init() {
    raw.initialize(to: pthread_cond_t())
    pthread_cond_init(raw, nil)
  }

  deinit {
    pthread_cond_destroy(raw)
    raw.deallocate()
  }

  package func signal() { pthread_cond_signal(raw) }
  package func broadcast() { pthread_cond_broadcast(raw) }
}

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
