package import Attempts
package import ParallelFor

/// What the run as a whole is doing.
package enum RunState: Sendable, Equatable {
  case running, paused, draining, stopping, done
}

/// All that is known about a run, mostly from its events.
///
/// The memory is bounded for any number of items: counters, histograms, and the few items named on the screen.
package struct RunFacts: Equatable, Sendable {
  package internal(set) var state = RunState.running
  /// How the run ended, once it has.
  package internal(set) var ending: RunEnding?
  package internal(set) var stopwatch = Stopwatch()
  /// The policy that ended the run early, if one did.
  package internal(set) var halted: HaltPolicy?
  /// Whether the run started no further items because its time budget was spent.
  package internal(set) var isOutOfTime = false
  /// The instant of the last event.
  package internal(set) var latest = Instant(nanoseconds: 0)
  var isPaused = false

  /// The number of workers asked for.
  package internal(set) var targetWorkers = 0
  /// Why no item begins; nil if items may begin.
  package internal(set) var hold: HoldReason?
  /// What the automatic choice of ``targetWorkers`` decided last; nil while a user sets it.
  package internal(set) var automatic: ThreadDecision?
  package internal(set) var liveWorkers = 0
  /// The number of live workers that leave after their item.
  package internal(set) var drainingWorkers = 0
  /// Every worker that ever lived, in order of their numbers.
  package internal(set) var everyWorker: [WorkerRow] = []
  /// The total time that workers were alive outside of pauses, up to the last event, in nanoseconds.
  var workerTime = 0.0
  /// The part of it in which workers had no item because none could begin.
  var heldTime = 0.0
  /// How busy the machine is, as far as that is known.
  var machine = MachineFacts()
  /// The number of results that may wait for an earlier one or for their reader; nil if that is not known.
  var deliveryWindow: Int?
  /// What each number of threads has done.
  package internal(set) var threadRates = ThreadRates()
  /// The range of the rate at any number of threads; nil while too few have been measured.
  package internal(set) var scaling: ScalingBand?
  /// How busy workers and the machine were.
  package internal(set) var utilization = Utilization()

  /// The number of items read from the input.
  package internal(set) var itemsRead = 0
  /// The number of items in the input, if known.
  package internal(set) var total: Int?
  /// Whether items start in the order of the input.
  var startsInInputOrder = true
  /// One more than the position of the last item that has started.
  package internal(set) var begun = 0
  /// The number of items in each state.
  package internal(set) var tally = Tally()
  /// Items that failed and will be tried again.
  package internal(set) var waiting: [ItemID: WaitingItem] = [:]
  /// The items that earlier sessions have done. They are among the finished ones.
  package internal(set) var restored = RestoredTally()
  /// The number of running items that were stopped with the run. They are among the cancelled ones.
  package internal(set) var stoppedWithRun = 0
  /// Running items whose commands are stopped.
  package internal(set) var stopped: [StoppedItem] = []
  /// Workers that wait for a connection and take no items, each with the reason.
  package internal(set) var connecting: [WorkerID: String] = [:]
  /// The latest wait between two attempts at an item, in nanoseconds.
  var retryWait: Int64 = 0
  /// The first failures. ``Tally/unsuccessful`` counts all of them.
  package internal(set) var failures: [FailedItem] = []
  /// The failures in groups, as the run reports them.
  package internal(set) var failureGroups = FailureGroups()
  /// Why items took their time, as the run reports it.
  package internal(set) var reasonGroups = ReasonGroups()
  /// The machines of the workers, if they are on a cluster.
  package internal(set) var nodes: [WorkerID: String] = [:]
  /// What the items so far did on each machine of a cluster.
  package internal(set) var nodeSums = NodeSums()
  /// Why running items take their time.
  package internal(set) var runningReasons: [ItemID: Reason] = [:]
  /// What slow items have in common, as the run reports it.
  package internal(set) var slowTraits: [SlowTrait] = []
  /// What the server of a database has done for the run; nil without one.
  package internal(set) var serverActivity: ServerActivity?
  package internal(set) var delivery = Delivery()
  package internal(set) var recording = RecordingLag()

  /// How long finished items took.
  package internal(set) var latency = LatencySummary()
  /// Finished items over time.
  package internal(set) var throughput = Throughput()
  /// The slowest finished items.
  package internal(set) var slowest = SlowList()
  /// When an item counts as slow.
  package let slowThreshold: SlowThreshold
  /// How long attempts take.
  var pace = RunPace()
  /// The last forecast of the time left.
  var forecast: RecentForecast?
  /// What an earlier run of the same items says; nil if there is none, or it is not known yet.
  package internal(set) var past: PastWork?

  init(slow: SlowThreshold) { slowThreshold = slow }

  /// The live workers, in order of their numbers.
  package var workers: [WorkerRow] { everyWorker.filter(\.isAlive) }

  /// The running items, in order of their workers.
  package var runningItems: [StartedItem] { everyWorker.compactMap(\.item) }

  /// Returns the item if it is running.
  package func runningItem(_ id: ItemID) -> StartedItem? {
    for worker in everyWorker where worker.item?.id == id { return worker.item }
    return nil
  }

  /// The number of items that have ended in this session.
  package var finished: Int { tally.finished - restored.count }

  /// Whether some of the ended items may be tried again.
  package var hasFailures: Bool { tally.unsuccessful + tally.cancelled > 0 }

  /// Whether every item has run to its end, with any outcome.
  package var hasRunAll: Bool {
    let left = tally.queued + tally.running + tally.cancelled + tally.unfinished
    return ending == .completed || total != nil && left == 0
  }

  /// The latency from which an item counts as slow, in nanoseconds; nil while unknown.
  package var slowLimit: Int64? { slowThreshold.limit(median: latency.percentiles.p50, of: latency.count) }

  /// Whether a latency in nanoseconds is slow.
  package func isSlow(_ nanoseconds: Int64) -> Bool { slowLimit.map { nanoseconds >= $0 } ?? false }

  /// The number of finished items that are slow by the present limit. If there are over a thousand, the error is under
  /// 1 %.
  package var slowFinished: Int {
    guard let limit = slowLimit else { return 0 }
    let kept = slowest.count(from: limit)
    return kept < SlowList.capacity ? kept : max(kept, latency.count(from: limit))
  }

  /// Returns whether slow items are exceptions. Where most items are slow, marking them says nothing.
  ///
  /// They are not exceptions if more than half of the finished items or three quarters of at least four running items
  /// are slow.
  package func isSlowExceptional(at now: Instant) -> Bool {
    let running = tally.running
    return 2 * slowFinished <= latency.count && (running < 4 || 4 * slowRunning(at: now) < 3 * running)
  }

  /// Returns the number of running items that are already slow.
  package func slowRunning(at now: Instant) -> Int {
    guard let limit = slowLimit else { return 0 }
    return everyWorker.count { ($0.elapsed(at: now) ?? 0) >= limit }
  }

  /// Returns the live workers in an order.
  package func workers(_ order: WorkerOrder, at now: Instant) -> [WorkerRow] {
    switch order {
    case .byNumber: return workers
    case .longestFirst:
      // The number makes the order total, so that rows with equal times do not swap.
      return workers.sorted {
        let left = $0.item?.start.nanoseconds ?? .max
        let right = $1.item?.start.nanoseconds ?? .max
        return left != right ? left < right : $0.id < $1.id
      }
    }
  }

  /// Returns the slowest items, slowest first, including running ones with their time so far.
  package func slowItems(at now: Instant) -> [SlowItem] {
    let running = runningItems.map {
      SlowItem(id: $0.id, label: $0.label, latency: max(0, now.nanoseconds(since: $0.start)), state: .running)
    }
    let finished = slowest.sorted()
    if running.isEmpty { return finished }
    return (running + finished).sorted { $0 > $1 }
  }

  /// Returns the items per second: around `now` during the run, and over its whole active time afterwards.
  package func rate(at now: Instant) -> Double? {
    guard state == .done else { return throughput.rate(at: now) }
    let active = stopwatch.active(at: now)
    return active > 0 ? Double(finished) * 1e9 / Double(active) : nil
  }

  /// Whether more threads would help, or fewer.
  package var threadAdvice: ThreadAdvice { ThreadAdvice(threadRates.points, at: targetWorkers) }

  /// Returns why an item takes its time, or took it; nil if that is not known, or if it ended and is not among the slowest.
  package func reason(of id: ItemID) -> Reason? {
    runningItem(id) == nil ? reasonGroups.reason(of: id) : runningReasons[id]
  }

  /// Returns the total time that workers have spent on items, in nanoseconds.
  package func busyTime(at now: Instant) -> Double {
    everyWorker.reduce(0.0) { $0 + Double($1.busy) + Double($1.elapsed(at: now) ?? 0) }
  }

  /// The share of their time for which workers had an item, from 0 to 1; nil if they had no time.
  package var busyShare: Double? {
    workerTime > 0 ? min(1, everyWorker.reduce(0.0) { $0 + Double($1.busy) } / workerTime) : nil
  }

  /// Returns why the command of a worker's item is stopped; nil if it is not known to be.
  package func stopReason(of worker: WorkerRow) -> StoppedItem.Reason? {
    stopped.first { $0.worker == worker.id && $0.id == worker.item?.id }?.reason
  }
}

/// The number of items in each state. Every known item counts in exactly one.
package struct Tally: Equatable, Sendable {
  package internal(set) var succeeded = 0
  package internal(set) var failed = 0
  package internal(set) var timedOut = 0
  /// Items that ran and were stopped.
  package internal(set) var cancelled = 0
  /// Items that were to be tried again when the run was interrupted. They have not ended.
  package internal(set) var unfinished = 0
  /// Items that failed and will be tried again.
  package internal(set) var waiting = 0
  package internal(set) var running = 0
  /// Items that were read or counted and have not started. After the run, items that never ran.
  package internal(set) var queued = 0

  /// Items that have ended in any way.
  package var finished: Int { succeeded + failed + timedOut + cancelled }
  /// Items that failed or timed out.
  package var unsuccessful: Int { failed + timedOut }
  /// All known items.
  package var known: Int { finished + unfinished + waiting + running + queued }

  mutating func count(_ outcome: Outcome, by difference: Int = 1) {
    switch outcome {
    case .succeeded: succeeded += difference
    case .failed: failed += difference
    case .timedOut: timedOut += difference
    case .cancelled: cancelled += difference
    }
  }
}

/// How far results have been delivered in item order.
package struct Delivery: Equatable, Sendable {
  /// The next item to deliver.
  package private(set) var next = ItemID(0)
  /// The number of later results that wait for it.
  package private(set) var held = 0
  /// Since when results have waited for this item; nil while none wait.
  package private(set) var waitingSince: Instant?

  mutating func advance(to next: ItemID, held: Int, at instant: Instant) {
    if held == 0 {
      waitingSince = nil
    } else if next != self.next || waitingSince == nil {
      waitingSince = instant
    }
    self.next = next
    self.held = held
  }
}
