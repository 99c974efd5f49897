import Foundation

/// Holds threads at a point until a test lets them through, and lets the test wait until they are there.
public final class Gate: @unchecked Sendable {
  private let condition = NSCondition()
  private var passes = 0
  private var arrived = 0
  private var isOpen = false

  /// Makes a closed gate.
  public init() {}

  /// Waits at the gate for a pass, or for the gate to open.
  public func wait() {
    condition.withLock {
      arrived += 1
      condition.broadcast()
      while passes == 0, !isOpen { condition.wait() }
      if !isOpen { passes -= 1 }
    }
  }

  /// Lets `count` threads through.
  public func letThrough(_ count: Int) {
    condition.withLock {
      passes += count
      condition.broadcast()
    }
  }

  /// Lets all threads through, for good.
  public func open() {
    condition.withLock {
      isOpen = true
      condition.broadcast()
    }
  }

  /// The number of threads that have arrived at the gate so far.
  public var arrivals: Int { condition.withLock { arrived } }

  /// Waits until `count` threads have arrived at the gate in all; false after the deadline.
  public func waitForArrivals(_ count: Int, seconds: Double = 120) -> Bool {
    let deadline = Date(timeIntervalSinceNow: seconds)
    return condition.withLock {
      while arrived < count {
        if !condition.wait(until: deadline) { return false }
      }
      return true
    }
  }
}

/// Calls `check` until it is true; false after the deadline.
public func eventually(seconds: Double = 120, _ check: () -> Bool) -> Bool {
  let deadline = Date(timeIntervalSinceNow: seconds)
  while !check() {
    if Date() > deadline { return false }
    Thread.sleep(forTimeInterval: 0.001)
  }
  return true
}

/// Calls `check` until it is true, without blocking a thread of the cooperative pool; false after the deadline.
///
/// While other tests hold the few threads of the pool, neither this task nor the awaited one continues. So the number
/// of checks counts too, not only the time.
public func eventuallySuspending(seconds: Double = 120, _ check: () -> Bool) async -> Bool {
  let deadline = Date(timeIntervalSinceNow: seconds)
  var asked = 0
  while !check() {
    if Date() > deadline, asked > 1_000 { return false }
    asked += 1
    try? await Task.sleep(for: .milliseconds(1))
  }
  return true
}
