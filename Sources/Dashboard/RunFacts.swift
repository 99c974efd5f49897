package import ParallelFor

/// All that is known about a run, mostly from its events.
///
/// The memory is bounded for any number of items: counters, histograms, and the few items named on the screen.
package struct RunFacts: Equatable, Sendable {
  /// What the run is doing.
  package internal(set) var state = RunState.running
  /// How the run ended, once it has.
  package internal(set) var ending: RunEnding?
  /// The urgency with which running items were asked to end, if they were.
  package internal(set) var stopUrgency: StopUrgency?
  /// The time since the run started.
  package internal(set) var stopwatch = Stopwatch()
  /// The number of workers asked for.
  package internal(set) var targetWorkers = 0
  package internal(set) var liveWorkers = 0
  /// The number of live workers that leave after their item.
  package internal(set) var drainingWorkers = 0
  /// Every slot that ever had a worker, in order of slots.
  package internal(set) var slots: [WorkerRow] = []
  /// The number of items read from the input.
  package internal(set) var itemsRead = 0
  /// The number of items in the input, if known.
  package internal(set) var total: Int?
  /// One more than the position of the last item that has started.
  package internal(set) var begun = 0
  /// The number of items in each state.
  package internal(set) var tally = Tally()
  /// How long finished items took.
  package internal(set) var latency = LatencySummary()
  /// Finished items over time.
  package internal(set) var throughput = Throughput()
  /// The effect of the last change of threads.
  package internal(set) var threadComparison = ThreadComparison()
  /// The slowest finished items.
  package internal(set) var slowest = SlowList()
  /// The number of finished items that were slow when they ended.
  package internal(set) var slowCount = 0
  /// The first failures. ``Tally/unsuccessful`` counts all of them.
  package internal(set) var failures: [FailedItem] = []
  /// Items that failed and will be tried again.
  package internal(set) var waiting: [ItemID: WaitingItem] = [:]
  /// The number of items that earlier sessions have done. They are among the finished ones.
  package internal(set) var restored = RestoredTally()
  /// The policy that ended the run early, if one did.
  package internal(set) var halted: HaltPolicy?
  /// Whether the run started no further items because its time budget was spent.
  package internal(set) var isOutOfTime = false
  /// How far results have been delivered.
  package internal(set) var delivery = Delivery()
  /// What an earlier run of the same items says; nil if there is none, or it is not known yet.
  package internal(set) var past: PastWork?
  /// Running items whose commands are stopped.
  package internal(set) var stopped: [StoppedItem] = []
  /// Whether the recorder keeps up with the run.
  package internal(set) var recording = RecordingLag()
  /// The instant of the last event.
  package internal(set) var latest = Instant(nanoseconds: 0)
  /// When an item counts as slow.
  package let slowThreshold: SlowThreshold
  var workerTime = 0.0
  /// The time that workers spent on attempts that were not the last, in nanoseconds.
  var retriedTime = 0.0
  /// The number of running items that were stopped with the run. They are among the cancelled ones.
  package internal(set) var stoppedWithRun = 0
  /// The number of times that an item that had ended in this run was queued again.
  var requeued = 0
  var isPaused = false

  init(slow: SlowThreshold) { slowThreshold = slow }

  /// The live workers, in order of slots.
  package var workers: [WorkerRow] { slots.filter(\.isAlive) }

  /// The running items, in order of slots.
  package var runningItems: [StartedItem] { slots.compactMap(\.item) }

  /// Returns the item if it is running.
  package func runningItem(_ id: ItemID) -> StartedItem? {
    for slot in slots where slot.item?.id == id { return slot.item }
    return nil
  }

  /// The number of items that have ended in this session.
  package var finished: Int { tally.finished - restored.count }

  /// Whether some of the ended items may be tried again.
  package var hasFailures: Bool { tally.unsuccessful + tally.cancelled > 0 }

  /// The latency from which an item counts as slow, in nanoseconds; nil while unknown.
  package var slowLimit: Int64? { slowThreshold.limit(median: latency.percentiles.p50, of: latency.count) }

  /// Whether a latency in nanoseconds is slow.
  package func isSlow(_ nanoseconds: Int64) -> Bool { slowLimit.map { nanoseconds >= $0 } ?? false }

  /// Returns the number of running items that are already slow.
  package func slowRunning(at now: Instant) -> Int {
    guard let limit = slowLimit else { return 0 }
    return slots.count { ($0.elapsed(at: now) ?? 0) >= limit }
  }

  /// Returns the live workers in an order.
  package func workers(_ order: WorkerOrder, at now: Instant) -> [WorkerRow] {
    switch order {
    case .byNumber: return workers
    case .longestFirst:
      // The slot makes the order total, so that rows with equal times do not swap.
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
    return (running + finished).sorted { $0.isSlower(than: $1) }
  }

  /// Returns the items per second: around `now` during the run, and over its whole active time afterwards.
  package func rate(at now: Instant) -> Double? {
    guard state == .done else { return throughput.rate(at: now) }
    let active = stopwatch.active(at: now)
    return active > 0 ? Double(finished) * 1e9 / Double(active) : nil
  }
}
