import Foundation

/// Counts the checks that pass and names those that fail.
struct Checks {
  private var passed = 0
  private var failures: [String] = []

  mutating func expect(_ isRight: Bool, _ what: String) {
    if isRight { passed += 1 } else { failures.append(what) }
  }

  /// Ends the program.
  func conclude() -> Never {
    for failure in failures { print("not as documented: \(failure)") }
    print("\(passed) of \(passed + failures.count) as documented")
    exit(failures.isEmpty ? 0 : 1)
  }
}

/// Values from several threads.
final class Box<Value: Sendable>: @unchecked Sendable {
  private let lock = NSLock()
  private var held: [Value] = []

  var values: [Value] { lock.withLock { held } }

  func append(_ value: Value) { lock.withLock { held.append(value) } }
}
