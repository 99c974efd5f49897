extension PoolStateMachine {
  /// Traps if the state breaks the invariants of ``PoolStateMachine``. Tests call it after every step.
  func checkInvariants() {
    precondition(
      itemsRead == queue.count + inFlight + waiting.count + unsettled.count + settling + ended + skipped,
      "items do not add up")
    precondition(failures.count == ended - succeeded, "failed items do not add up")
    precondition(live == slots.count { $0 != .free }, "live workers do not add up")
    precondition(active == slots.count { $0 == .idle || $0 == .ready }, "active workers do not add up")
    precondition(idle.count == slots.count { $0 == .idle }, "idle workers do not add up")
    let surplus = max(0, active - target)
    let draining = isDraining.count { $0 }
    precondition(life == .over || draining == min(surplus, slots.count { $0 == .ready }), "draining is not the surplus")
    precondition(life != .over || inFlight == 0, "the run is over but items are in flight")
  }
}
