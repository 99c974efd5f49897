import Dispatch

/// Lets a thread outside Swift's cooperative pool wait for asynchronous work.
enum Awaited {
  private final class Box<Value>: @unchecked Sendable {
    var result: Result<Value, any Error>?
  }

  static func value<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) throws -> Value {
    let box = Box<Value>()
    let isDone = DispatchSemaphore(value: 0)
    Task {
      do { box.result = .success(try await body()) } catch { box.result = .failure(error) }
      isDone.signal()
    }
    isDone.wait()
    guard let result = box.result else { throw BenchError("asynchronous work ended without a result") }
    return try result.get()
  }
}
