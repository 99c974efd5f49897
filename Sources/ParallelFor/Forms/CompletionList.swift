/// Results in the order in which they come, from any thread.
@usableFromInline
final class CompletionList<Output>: @unchecked Sendable {
  @usableFromInline let lock = Lock()
  @usableFromInline var outputs: [Output] = []

  @inlinable
  init() {}

  @inlinable
  func append(_ output: Output) { lock.withLock { outputs.append(output) } }

  /// All of them; to be asked when every thread has ended.
  @inlinable
  func take() -> [Output] {
    defer { outputs = [] }
    return outputs
  }
}
