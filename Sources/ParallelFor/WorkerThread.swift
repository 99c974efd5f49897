import CPosix

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Starts the threads that workers live on.
@usableFromInline
package enum WorkerThread {
  /// Runs `body` on a new detached thread; false if the system has no thread to give.
  ///
  /// - Parameters:
  ///   - name: shown by debuggers and `top -H`; at most 15 bytes count.
  ///   - isVital: keep trying, because nobody else could do the work.
  @usableFromInline
  package static func start(name: String, isVital: Bool, body: @escaping @Sendable () -> Void) -> Bool {
    let start = Unmanaged.passRetained(ThreadStart(name: name, body: body))
    let argument = start.toOpaque()
    while createDetachedThread(argument) != 0 {
      guard isVital else {
        start.release()
        return false
      }
      var pause = timespec(tv_sec: 0, tv_nsec: 20_000_000)
      nanosleep(&pause, nil)
    }
    return true
  }
}

/// What a new thread is to do, on its way through the C call that starts it.
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
