import CSQLite
import Synchronization

/// Ends the work of one connection, from any thread and at any time, even while the connection is being opened.
package final class StopFlag: Sendable {
  private let flag = Atomic<Bool>(false)
  /// The address of the connection's handle; 0 for none.
  private let connection = Atomic<UInt>(0)

  /// Makes a flag that is not set.
  package init() {}

  /// Whether the work must end.
  package var isSet: Bool { flag.load(ordering: .relaxed) }

  /// Ends the work.
  package func set() {
    flag.store(true, ordering: .sequentiallyConsistent)
    // The flag works even if it is set before the first step. The call also ends work that does not check the flag,
    // such as counting a whole table.
    if let handle = OpaquePointer(bitPattern: connection.load(ordering: .sequentiallyConsistent)) {
      sqlite3_interrupt(handle)
    }
  }

  /// Clears the flag.
  package func clear() { flag.store(false, ordering: .relaxed) }

  /// Sets the connection to interrupt; nil before it is closed.
  func reaches(_ handle: OpaquePointer?) {
    connection.store(UInt(bitPattern: handle), ordering: .sequentiallyConsistent)
  }
}
