import Dashboard
import Foundation
import ParallelFor

/// A run in virtual time: the real state machine of the pool and the real tuner, with a server that is made up.
struct AutoRun {
  private struct Flight {
    var position: Int
    var attempt: Int
    var worker: WorkerID
    var start: Double
    /// The time that it still needs at full speed.
    var work: Double
    var fails = false
  }

  private let work: AutoWork
  private let times: [Double]
  private var machine: PoolStateMachine
  private var flights: [Flight] = []
  private var attempts: [Int: Int] = [:]
  private var arrived = 0
  private var lastGrant = -Double.infinity
  private(set) var now = 0.0
  private(set) var ended = 0

  /// - Parameters:
  ///   - threads: The number of threads, or the first one.
  ///   - tuner: What chooses the number; nil to keep it.
  init(_ work: AutoWork, seed: UInt64, threads: Int, tuner: ThreadTuner? = nil) {
    var random = RepeatableRandom(seed: seed)
    self.work = work
    times = (0..<work.items).map { work.time($0, &random) }
    var limits = RunLimits(readAhead: .max, deliveryWindow: .max, eventBacklog: .max, keptFailures: 0)
    limits.largestClaim = 1
    machine = PoolStateMachine(
      targetWorkers: threads, limits: limits,
      policy: RunPolicy(attempts: 1_000, backoff: Backoff(first: .seconds(1))), order: .completion,
      isObserved: false, at: Instant(nanoseconds: 0))
    if let tuner { follow(machine.setTuner(tuner, at: instant)) }
  }

  /// The number of threads that was chosen in the end.
  var threads: Int { machine.tunedThreads ?? machine.target }

  /// Plays the whole run and returns how long it took.
  mutating func play() -> Double {
    machine.inputCounted(work.items, at: instant)
    arrive()
    while ended < work.items {
      let speeds = speeds
      let events = [
        zip(flights, speeds).lazy.map { $1 > 0 ? $0.work / $1 : .infinity }.min() ?? .infinity,
        nextArrival - now, alarm - now,
      ]
      let step = max(0, events.min() ?? 0)
      now += step
      for (index, speed) in speeds.enumerated() { flights[index].work -= step * speed }
      arrive()
      finish()
      if let due = machine.nextAlarm, seconds(due) <= now + 1e-9 { follow(machine.timePassed(at: max(due, instant))) }
    }
    return now
  }

  private var alarm: Double { mutating get { machine.nextAlarm.map { seconds($0) } ?? .infinity } }

  private var speeds: [Double] {
    let progress = Double(ended) / Double(work.items)
    let pace = 1 / work.slowdown(progress)
    switch work.server {
    case .places(let count):
      return Array(repeating: pace, count: min(flights.count, count(progress)))
    case .speed(let speed):
      return Array(repeating: pace * speed(flights.count), count: flights.count)
    case .rate, .refusing: return Array(repeating: pace, count: flights.count)
    }
  }

  // MARK: - Input

  private var nextArrival: Double {
    guard arrived < work.items, let arrivals = work.arrivals else { return .infinity }
    return Double(arrived + 1) / arrivals
  }

  private mutating func arrive() {
    guard arrived < work.items else { return }
    let count = work.arrivals.map { min(work.items, Int(now * $0 + 1e-6)) } ?? work.items
    guard count > arrived else { return }
    follow(machine.itemsArrived(count - arrived, at: instant))
    arrived = count
    if arrived == work.items { follow(machine.inputReachedEnd(at: instant)) }
  }

  // MARK: - Workers

  private mutating func follow(_ wakeUps: PoolStateMachine.WakeUps) {
    for worker in wakeUps.wake + wakeUps.start { proceed(worker) }
  }

  private mutating func proceed(_ worker: WorkerID) {
    let (action, wakeUps) = machine.workerBecameReady(worker, at: instant)
    switch action {
    case .run(let range): for position in range { begin(position, worker) }
    case .wait: break
    case .leave: follow(machine.workerLeft(worker, at: instant))
    }
    follow(wakeUps)
  }

  private mutating func begin(_ position: Int, _ worker: WorkerID) {
    let attempt = attempts.removeValue(forKey: position) ?? 1
    var flight = Flight(position: position, attempt: attempt, worker: worker, start: now, work: times[position])
    switch work.server {
    case .rate(let perSecond):
      lastGrant = max(now, lastGrant + 1 / perSecond)
      flight.work += lastGrant - now
    case .refusing(let most) where flights.count >= most: (flight.fails, flight.work) = (true, 0.02)
    case .places, .speed, .refusing: break
    }
    flights.append(flight)
  }

  private mutating func finish() {
    let over = flights.filter { $0.work <= 1e-9 }
    flights.removeAll { $0.work <= 1e-9 }
    for flight in over {
      if flight.fails { attempts[flight.position] = flight.attempt + 1 } else { ended += 1 }
      let item = FinishedItem(
        id: ItemID(flight.position), worker: flight.worker, attempt: flight.attempt,
        start: Instant(nanoseconds: Int64(flight.start * 1e9)), end: instant,
        outcome: flight.fails ? .failed(Failure("refused")) : .succeeded, label: "")
      let settled = SettledItem(item: item, settlement: machine.settlement(of: item))
      follow(machine.itemsEnded([settled], at: instant))
      _ = machine.takeDelivered(upTo: .max, at: instant)
      proceed(flight.worker)
    }
  }

  private var instant: Instant { Instant(nanoseconds: Int64(now * 1e9)) }

  private func seconds(_ instant: Instant) -> Double { Double(instant.nanoseconds) / 1e9 }
}
