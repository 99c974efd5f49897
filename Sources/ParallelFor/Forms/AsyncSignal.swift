import Synchronization

/// Lets one task wait for one call from anywhere.
final class AsyncSignal: Sendable {
  private let state = Mutex<(isSent: Bool, waiter: CheckedContinuation<Void, Never>?)>((false, nil))

  func send() {
    let waiter = state.withLock { state in
      state.isSent = true
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume()
  }

  func wait() async {
    await withCheckedContinuation { continuation in
      let isSent = state.withLock { state in
        if !state.isSent { state.waiter = continuation }
        return state.isSent
      }
      if isSent { continuation.resume() }
    }
  }
}
