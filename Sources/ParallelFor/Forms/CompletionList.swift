/// Results in the order of completion, from any thread.
@usableFromInline
final class CompletionList<Output>: @unchecked Sendable {
  @usableFromInline let lock = Lock()
  @usableFromInline var outputs: [Output] = []

  @inlinable
  init() {}

  @inlinable
  func append(_ output: Output) { lock.withLock { outputs.append(output) } }

  /// Takes all results. Call it after every thread has ended.
  @inlinable
  func take() -> [Output] {
    defer { outputs = [] }
    return outputs
  }
}
