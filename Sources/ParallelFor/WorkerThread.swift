import CPosix

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Starts threads.
@usableFromInline
package enum WorkerThread {
  /// What to do when the system refuses a thread.
  @usableFromInline
  package enum Persistence: Sendable {
    /// Give up at once, because other threads do the work or the caller reports the failure.
    case none
    /// Try again for two seconds, because no other thread can do the work. The caller reports the failure.
    case patient
    /// Try again until there is one, because no other thread can do the work and no caller can report the failure.
    case endless

    fileprivate var tries: Int {
      switch self {
      case .none: 1
      case .patient: 100
      case .endless: .max
      }
    }
  }

  private static let pause = 20_000_000

  /// Runs `body` on a new detached thread.
  ///
  /// - Parameters:
  ///   - name: the name in debuggers and `top -H`; only its first 15 bytes count.
  ///   - persistence: what to do when the system refuses a thread.
  /// - Returns: false if there is no thread.
  @usableFromInline
  package static func start(name: String, _ persistence: Persistence, body: @escaping @Sendable () -> Void) -> Bool {
    let start = Unmanaged.passRetained(ThreadStart(name: name, body: body))
    let argument = start.toOpaque()
    var tries = 1
    while createDetachedThread(argument) != 0 {
      guard tries < persistence.tries else {
        start.release()
        return false
      }
      tries += 1
      var pause = timespec(tv_sec: 0, tv_nsec: Self.pause)
      nanosleep(&pause, nil)
    }
    return true
  }
}

/// The body of a new thread, on its way through the C call that starts the thread.
private final class ThreadStart {
  let name: String
  let body: @Sendable () -> Void

  init(name: String, body: @escaping @Sendable () -> Void) {
    self.name = name
    self.body = body
  }

  static func perform(_ argument: UnsafeMutableRawPointer) {
    let start = Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
    cposix_name_thread(start.name)
    start.body()
  }
}

private func createDetachedThread(_ argument: UnsafeMutableRawPointer) -> Int32 {
  var attributes = pthread_attr_t()
  pthread_attr_init(&attributes)
  defer { pthread_attr_destroy(&attributes) }
  pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
  #if canImport(Glibc)
    var thread = pthread_t()
  #else
    var thread: pthread_t?
  #endif
  return pthread_create(&thread, &attributes, threadMain, argument)
}

#if canImport(Glibc)
  private func threadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let argument { ThreadStart.perform(argument) }
    return nil
  }
#else
  private func threadMain(_ argument: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    ThreadStart.perform(argument)
    return nil
  }
#endif
