import ParallelFor

/// Which workers live in a replay: a run file tells how many were asked for and which of them ran what, not which left.
///
/// Of workers too many those leave that run nothing, the highest slot first, and after their item those that do. One
/// that begins an item has stayed, so that another one has left.
struct ReplayedWorkers {
  private struct Worker {
    var isAlive = false
    var isLeaving = false
    var isBusy = false

    var stays: Bool { isAlive && !isLeaving }
  }

  /// How many workers are asked for.
  private(set) var target = 0
  private var workers: [Worker] = []
  /// How many workers live that do not leave.
  private var staying = 0

  /// As many workers are asked for from now on.
  ///
  /// - Returns: what became of workers.
  mutating func setTarget(_ count: Int) -> [RunEvent.Kind] {
    target = count
    var kinds: [RunEvent.Kind] = []
    addMissing(&kinds)
    removeSurplus(&kinds)
    return kinds
  }

  /// A worker begins an item.
  ///
  /// - Returns: what became of workers before.
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

  /// A worker's item has ended.
  ///
  /// - Returns: what became of it then.
  mutating func end(_ id: WorkerID) -> [RunEvent.Kind] {
    let index = id.slot - 1
    workers[index].isBusy = false
    guard workers[index].isLeaving else { return [] }
    workers[index] = Worker()
    return [.workerStopped(id)]
  }

  /// Nothing is left to begin: idle workers leave.
  ///
  /// - Returns: what became of workers.
  mutating func endIdle() -> [RunEvent.Kind] {
    let idle = workers.indices.filter { workers[$0].stays && !workers[$0].isBusy }
    for index in idle { workers[index] = Worker() }
    staying -= idle.count
    return idle.map { .workerStopped(WorkerID($0 + 1)) }
  }

  /// All workers leave.
  ///
  /// - Returns: what became of workers.
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
