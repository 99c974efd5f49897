import CSQLite
import Synchronization

/// Makes what one connection does end, from any thread and at any time: also while the connection is being opened.
package final class StopFlag: Sendable {
  private let flag = Atomic<Bool>(false)
  /// The address of the connection's handle; 0 for none.
  private let connection = Atomic<UInt>(0)

  /// A flag that is not set.
  package init() {}

  /// Whether it is to end.
  package var isSet: Bool { flag.load(ordering: .relaxed) }

  /// Ends what is being done.
  package func set() {
    flag.store(true, ordering: .sequentiallyConsistent)
    // The flag holds even when the request comes before the first step; the call also reaches what does not look at it,
    // such as the counting of a whole table.
    if let handle = OpaquePointer(bitPattern: connection.load(ordering: .sequentiallyConsistent)) {
      sqlite3_interrupt(handle)
    }
  }

  /// Forgets an earlier request.
  package func clear() { flag.store(false, ordering: .relaxed) }

  /// The connection to be interrupted besides; nil before it is closed.
  func reaches(_ handle: OpaquePointer?) {
    connection.store(UInt(bitPattern: handle), ordering: .sequentiallyConsistent)
  }
}
