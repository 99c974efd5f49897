import ParallelFor

/// The workers in a replay. A run file has their target number and the worker of each item, but not which workers left.
///
/// If there are too many workers, idle ones leave at once, the highest slot first, and busy ones after their item. A
/// worker that starts an item cannot have left, so another one leaves instead.
struct ReplayedWorkers {
  private struct Worker {
    var isAlive = false
    var isLeaving = false
    var isBusy = false

    var stays: Bool { isAlive && !isLeaving }
  }

  /// The target number of workers.
  private(set) var target = 0
  private var workers: [Worker] = []
  /// The number of workers that are alive and not leaving.
  private var staying = 0

  /// Sets the target number of workers.
  ///
  /// - Returns: the events of workers that start, stay or leave.
  mutating func setTarget(_ count: Int) -> [RunEvent.Kind] {
    target = count
    var kinds: [RunEvent.Kind] = []
    addMissing(&kinds)
    removeSurplus(&kinds)
    return kinds
  }

  /// Notes that a worker starts an item.
  ///
  /// - Returns: the events of workers that must come before.
  mutating func begin(_ id: WorkerID) -> [RunEvent.Kind] {
    let index = id.slot - 1
    while workers.count <= index { workers.append(Worker()) }
    workers[index].isBusy = true
    guard !workers[index].stays else { return [] }
    var kinds: [RunEvent.Kind] = [workers[index].isAlive ? .workerKept(id) : .workerStarted(id)]
    workers[index].isAlive = true
    workers[index].isLeaving = false
    staying += 1
    removeSurplus(&kinds)
    return kinds
  }

  /// Notes that a worker's item has ended.
  ///
  /// - Returns: the event of the worker if it leaves.
  mutating func end(_ id: WorkerID) -> [RunEvent.Kind] {
    let index = id.slot - 1
    workers[index].isBusy = false
    guard workers[index].isLeaving else { return [] }
    workers[index] = Worker()
    return [.workerStopped(id)]
  }

  /// Ends idle workers, because there is nothing more to start.
  ///
  /// - Returns: the events of the workers that leave.
  mutating func endIdle() -> [RunEvent.Kind] {
    let idle = workers.indices.filter { workers[$0].stays && !workers[$0].isBusy }
    for index in idle { workers[index] = Worker() }
    staying -= idle.count
    return idle.map { .workerStopped(WorkerID($0 + 1)) }
  }

  /// Ends all workers.
  ///
  /// - Returns: the events of the workers that leave.
  mutating func endAll() -> [RunEvent.Kind] {
    defer {
      workers = []
      staying = 0
    }
    return workers.indices.filter { workers[$0].isAlive }.map { .workerStopped(WorkerID($0 + 1)) }
  }

  private mutating func addMissing(_ kinds: inout [RunEvent.Kind]) {
    for index in workers.indices where staying < target && workers[index].isLeaving {
      workers[index].isLeaving = false
      staying += 1
      kinds.append(.workerKept(WorkerID(index + 1)))
    }
    var index = 0
    while staying < target {
      if index == workers.count { workers.append(Worker()) }
      if !workers[index].isAlive {
        workers[index].isAlive = true
        staying += 1
        kinds.append(.workerStarted(WorkerID(index + 1)))
      }
      index += 1
    }
  }

  private mutating func removeSurplus(_ kinds: inout [RunEvent.Kind]) {
    guard staying > target else { return }
    for index in workers.indices.reversed() where staying > target && workers[index].stays && !workers[index].isBusy {
      workers[index] = Worker()
      staying -= 1
      kinds.append(.workerStopped(WorkerID(index + 1)))
    }
    for index in workers.indices.reversed() where staying > target && workers[index].stays {
      workers[index].isLeaving = true
      staying -= 1
      kinds.append(.workerDraining(WorkerID(index + 1)))
    }
  }
}
