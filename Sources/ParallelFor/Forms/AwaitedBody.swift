import Synchronization

/// Runs an `async` body to its end from a thread of ours.
enum AwaitedBody {
  private final class Box<Output: Sendable>: Sendable {
    let result = Mutex<Result<Output, any Error>?>(nil)
  }

  static func run<Output: Sendable>(
    in context: ItemContext, _ body: @escaping @Sendable () async throws -> Output
  ) throws -> Output {
    let box = Box<Output>()
    let monitor = Monitor()
    let ended = Condition()
    let task = Task {
      let result: Result<Output, any Error>
      do { result = .success(try await body()) } catch { result = .failure(error) }
      monitor.withLock {
        box.result.withLock { $0 = result }
        ended.broadcast()
      }
    }
    context.onCancel { _ in task.cancel() }
    monitor.withLock { while box.result.withLock({ $0 == nil }) { monitor.wait(for: ended) } }
    guard let result = box.result.withLock({ $0 }) else { preconditionFailure("awaited body: ended without a result") }
    return try result.get()
  }
}
