import Dashboard
import Foundation
import ParallelFor

/// A run in virtual time, with its events, and the estimates of all contenders at some moments.
struct VirtualRun {
  /// An estimate of the seconds left; the contender's best guess and, if it gives one, its range.
  struct Estimate {
    var seconds: Double
    var range: ClosedRange<Double>?
  }

  /// The estimates at a moment; nil for a contender that has none.
  struct Moment {
    var time: Double
    var progress: Double
    var estimates: [String: Estimate] = [:]
  }

  private struct Attempt {
    var position: Int
    var number: Int
    var worker: Int
    var start: Double
    /// The time that it still needs while the server is idle.
    var work: Double
    var fails: Bool
  }

  private let work: VirtualWork
  private let times: [Double]
  private var random: RepeatableRandom
  private var dashboard = Dashboard(title: "", source: "")
  private var past: PastWork?
  private var rivals = Rivals()
  private var sequence: UInt64 = 0

  private(set) var now = 0.0
  private(set) var ended = 0
  private(set) var moments: [Moment] = []
  private var threads: Int
  private var changes: ArraySlice<(progress: Double, threads: Int)>
  private var running: [Attempt] = []
  private var queue: [(position: Int, number: Int)]
  private var waiting: [(due: Double, position: Int, number: Int)] = []

  init(_ work: VirtualWork, seed: UInt64) {
    var random = RepeatableRandom(seed: seed)
    self.work = work
    let times = (0..<work.items).map { work.time($0, &random) }
    let pastTimes = work.past.map { past in times.map { past($0, &random) } }
    self.times = times
    self.random = random
    threads = work.threads
    changes = work.changes[...]
    queue = (0..<work.items).reversed().map { ($0, 1) }
    past = pastTimes.map { seconds in
      var times = ItemTimes()
      for time in seconds { times.append(Self.nanoseconds(time)) }
      return PastWork(times)
    }
    for kind in [.runStarted(targetWorkers: threads), .itemsRead(work.items), .totalKnown(work.items)]
      as [RunEvent.Kind]
    { tell(kind) }
    for worker in 1...threads { tell(.workerStarted(WorkerID(worker))) }
  }

  /// Plays the whole run.
  ///
  /// - Parameter moments: When to ask for estimates, in order.
  mutating func play(asking moments: [Double]) {
    var left = moments[...]
    begin()
    while ended < work.items {
      let speed = work.speed(running.count, Double(ended) / Double(work.items))
      var step = running.map { min($0.work / speed, work.timeout - (now - $0.start)) }.min() ?? .infinity
      step = max(0, min(step, (waiting.map(\.due).min() ?? .infinity) - now))
      if let moment = left.first, now + step > moment {
        left.removeFirst()
        advance(by: moment - now, speed)
        ask()
        continue
      }
      advance(by: step, speed)
      finish()
      begin()
    }
  }

  private mutating func advance(by step: Double, _ speed: Double) {
    now += step
    for index in running.indices { running[index].work -= step * speed }
  }

  private mutating func begin() {
    for retry in waiting where retry.due <= now + 1e-9 { queue.append((retry.position, retry.number)) }
    waiting.removeAll { $0.due <= now + 1e-9 }
    if let change = changes.first, Double(ended) >= change.progress * Double(work.items) {
      changes.removeFirst()
      setThreads(change.threads)
    }
    for worker in 1...threads where running.count < threads && !running.contains(where: { $0.worker == worker }) {
      guard let (position, number) = queue.popLast() else { return }
      let fails = number <= 3 && random.unit() < work.failureShare
      running.append(
        Attempt(
          position: position, number: number, worker: worker, start: now, work: times[position] * (fails ? 0.3 : 1),
          fails: fails))
      tell(
        .itemStarted(
          StartedItem(
            id: ItemID(position), worker: WorkerID(worker), attempt: number, start: instant, label: "")))
    }
  }

  private mutating func setThreads(_ count: Int) {
    tell(.targetWorkersChanged(count))
    if count > threads { for worker in threads + 1...count { tell(.workerStarted(WorkerID(worker))) } }
    if count < threads { for worker in count + 1...threads { tell(.workerStopped(WorkerID(worker))) } }
    threads = count
  }

  private mutating func finish() {
    let over = running.filter { $0.work <= 1e-9 || now - $0.start >= work.timeout - 1e-9 }
    running.removeAll { $0.work <= 1e-9 || now - $0.start >= work.timeout - 1e-9 }
    for attempt in over {
      let item = FinishedItem(
        id: ItemID(attempt.position), worker: WorkerID(attempt.worker), attempt: attempt.number,
        start: Instant(nanoseconds: Self.nanoseconds(attempt.start)), end: instant,
        outcome: attempt.fails ? .failed(Failure("no")) : attempt.work > 1e-9 ? .timedOut : .succeeded, label: "")
      if attempt.fails {
        let due = now + work.retryDelay
        waiting.append((due, attempt.position, attempt.number + 1))
        tell(.attemptFailed(item, retryAt: Instant(nanoseconds: Self.nanoseconds(due))))
      } else {
        ended += 1
        past?.ended(attempt.position, latency: item.nanoseconds)
        tell(.itemFinished(item))
        rivals.ended(after: now - attempt.start, at: now)
      }
    }
  }

  private mutating func ask() {
    dashboard.learn(past)
    var moment = Moment(time: now, progress: Double(ended) / Double(work.items))
    let left = work.items - ended
    moment.estimates = rivals.estimates(
      left: left, ages: running.map { now - $0.start }, threads: threads, elapsed: now)
    let range: TimeLeft.Range?
    switch dashboard.facts.timeLeft(at: instant) {
    case .estimate(let found): range = found
    case .lastItems(let found, _, _, _): range = found
    case .none, .unknown, .atLeast: range = nil
    }
    moment.estimates["pfor-tui"] = range.map {
      Estimate(seconds: Double($0.middle) / 1e9, range: Double($0.low) / 1e9...Double($0.high) / 1e9)
    }
    moments.append(moment)
  }

  private var instant: Instant { Instant(nanoseconds: Self.nanoseconds(now)) }

  private static func nanoseconds(_ seconds: Double) -> Int64 { Int64(seconds * 1e9) }

  private mutating func tell(_ kind: RunEvent.Kind) {
    dashboard.apply(RunEvent(sequence: sequence, instant: instant, kind: kind))
    sequence += 1
  }
}

/// The other ways to estimate the time left.
struct Rivals {
  static let names = ["smoothed rate", "plain mean", "busy time"]

  private var lastEnd = 0.0
  private var smoothedGap = 0.0
  private var ends = 0
  private var busy = 0.0

  mutating func ended(after latency: Double, at now: Double) {
    smoothedGap = 0.3 * (now - lastEnd) + 0.7 * smoothedGap
    lastEnd = now
    ends += 1
    busy += latency
  }

  /// - Parameter ages: How long running items have run, in seconds.
  func estimates(left: Int, ages: [Double], threads: Int, elapsed: Double) -> [String: VirtualRun.Estimate] {
    guard ends > 0 else { return [:] }
    var all = [
      // tqdm and indicatif smooth the time between two ends.
      "smoothed rate": VirtualRun.Estimate(seconds: Double(left) * smoothedGap / (1 - pow(0.7, Double(ends)))),
      // GNU parallel and joblib divide the elapsed time by the ended items.
      "plain mean": VirtualRun.Estimate(seconds: Double(left) * elapsed / Double(ends)),
    ]
    // pfor-tui before it forecast: workers' time for an item, at the present number of threads.
    if left > ages.count {
      let running = ages.reduce(0, +)
      let perItem = (busy + running) / Double(ends)
      all["busy time"] = VirtualRun.Estimate(
        seconds: max(Double(left) * perItem - running, perItem) / Double(threads))
    }
    return all
  }
}
