#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A mutex, and conditions to wait on that belong to it; with ``Lock`` the only raw pthread locking.
///
/// A condition must wait on the mutex it is paired with, which no lock of the standard library shows.
package final class Monitor: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  /// What ``callAfterwards(_:)`` left; guarded by the mutex.
  @exclusivity(unchecked) private var afterwards: (() -> Void)?

  package init() {
    mutex.initialize(to: pthread_mutex_t())
    var attributes = pthread_mutexattr_t()
    pthread_mutexattr_init(&attributes)
    defer { pthread_mutexattr_destroy(&attributes) }
    #if canImport(Glibc)
      // Spins for a moment before it sleeps: we hold it for a fraction of what it takes to sleep and be woken, which
      // moreover leaves a processor idle until the system balances them.
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

  /// Makes a call as soon as the caller holds the monitor no longer, on the same thread; the caller holds it now.
  ///
  /// Resuming a task takes the task's lock. A thread that cancels the task holds that lock while it waits for the
  /// monitor, so a thread that resumed it with the monitor held would deadlock with it.
  package func callAfterwards(_ call: @escaping () -> Void) {
    guard let before = afterwards else { return afterwards = call }
    afterwards = {
      before()
      call()
    }
  }

  /// Waits until the condition is signalled; the caller holds the monitor and looks again afterwards.
  package func wait(for condition: Condition) {
    if !makeCall() { pthread_cond_wait(condition.raw, mutex) }
  }

  /// Whether there was a call to be made; the monitor was given up for it.
  private func makeCall() -> Bool {
    guard let call = afterwards.take() else { return false }
    pthread_mutex_unlock(mutex)
    call()
    pthread_mutex_lock(mutex)
    return true
  }

  /// Waits until the condition is signalled or the time is over; the caller holds the monitor and looks again.
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
