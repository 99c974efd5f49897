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

/// Runs an `async` body to its end from one of our threads.
enum AwaitedBody {
  static func run<Output: Sendable>(
    in context: ItemContext, _ body: @escaping @Sendable () async throws -> Output
  ) throws -> Output {
    let ending = BodyEnding<Output>()
    let task = Task {
      do { ending.ended(.success(try await body())) } catch { ending.ended(.failure(error)) }
    }
    context.onCancel { _ in ending.wantCancel() }
    return try ending.wait(cancelling: task).get()
  }
}

/// The result of a body in its own task, and whether the task should be cancelled.
private final class BodyEnding<Output: Sendable>: @unchecked Sendable {
  private let monitor = Monitor()
  private let changed = Condition()
  private var result: Result<Output, any Error>?
  private var isCancelWanted = false

  func ended(_ result: Result<Output, any Error>) {
    monitor.withLock {
      self.result = result
      changed.signal()
    }
  }

  func wantCancel() {
    monitor.withLock {
      isCancelWanted = true
      changed.signal()
    }
  }

  /// Waits for the result.
  ///
  /// The task is cancelled here, where no lock is held, because that runs the body's cancellation handlers.
  func wait(cancelling task: Task<Void, Never>) -> Result<Output, any Error> {
    while true {
      let found = monitor.withLock {
        while result == nil, !isCancelWanted { monitor.wait(for: changed) }
        isCancelWanted = false
        return result
      }
      if let found { return found }
      task.cancel()
    }
  }
}
