/// Lets one task wait for one call of ``send()`` from any thread.
final class AsyncSignal: @unchecked Sendable {
  private let lock = Lock()
  private var isSent = false
  private var waiter: CheckedContinuation<Void, Never>?

  func send() {
    let waiter = lock.withLock {
      isSent = true
      return self.waiter.take()
    }
    waiter?.resume()
  }

  func wait() async {
    await withCheckedContinuation { continuation in
      let isSent = lock.withLock {
        if !self.isSent { waiter = continuation }
        return self.isSent
      }
      if isSent { continuation.resume() }
    }
  }
}
