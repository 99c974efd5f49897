public import ParallelFor

/// All that is known about a run, from its events alone.
///
/// Takes a bounded amount of memory however many items there are: counters, histograms, and the few items that are
/// named on the screen.
public struct RunFacts: Equatable, Sendable {
  /// What the run is doing.
  public internal(set) var state = RunState.running
  /// How the run ended, once it has.
  public internal(set) var ending: RunEnding?
  /// The urgency with which running items were asked to end, if they were.
  public internal(set) var stopUrgency: StopUrgency?
  /// The time since the run began.
  public internal(set) var stopwatch = Stopwatch()
  /// How many workers are asked for.
  public internal(set) var targetWorkers = 0
  /// How many workers live.
  public internal(set) var liveWorkers = 0
  /// How many of these leave after their item.
  public internal(set) var drainingWorkers = 0
  /// Every slot that ever had a worker, in order of slots.
  public internal(set) var slots: [WorkerRow] = []
  /// How many items have been read from the input.
  public internal(set) var itemsRead = 0
  /// How many items the input holds, if that is known.
  public internal(set) var total: Int?
  /// One more than the position of the last item that has begun.
  public internal(set) var begun = 0
  /// How many items are in which state.
  public internal(set) var tally = Tally()
  /// How long finished items took.
  public internal(set) var latency = LatencySummary()
  /// Finished items over time.
  public internal(set) var throughput = Throughput()
  /// What the last change of threads did.
  public internal(set) var threadComparison = ThreadComparison()
  /// The slowest finished items.
  public internal(set) var slowest = SlowList()
  /// How many finished items were slow when they ended.
  public internal(set) var slowCount = 0
  /// The first failures; ``Tally/unsuccessful`` counts all.
  public internal(set) var failures: [FailedItem] = []
  /// Items that failed and will be tried again.
  public internal(set) var waiting: [ItemID: WaitingItem] = [:]
  /// How many items an earlier run has done; they are among the finished ones.
  public internal(set) var restored = RestoredTally()
  /// Why the run gave up on the rest, if it did.
  public internal(set) var halted: HaltPolicy?
  /// Whether no further item was begun because the run's time budget was spent.
  public internal(set) var isOutOfTime = false
  /// How far results have been handed on.
  public internal(set) var delivery = Delivery()
  /// What an earlier run of the same items tells; nil when there is none, or it is not known yet.
  public internal(set) var past: PastWork?
  /// Running items whose commands do not go on.
  public internal(set) var stopped: [StoppedItem] = []
  /// Whether what records the run keeps up with it.
  public internal(set) var recording = RecordingLag()
  /// The instant of the last event.
  public internal(set) var latest = Instant(nanoseconds: 0)
  /// From when on an item counts as slow.
  public let slowThreshold: SlowThreshold
  var workerTime = 0.0
  /// Nanoseconds that workers spent on attempts that were not the last.
  var retriedTime = 0.0
  /// How many running items the end of the run has stopped; they are among the cancelled ones.
  public internal(set) var stoppedWithRun = 0
  /// How often an item that had ended in this run was queued again.
  var requeued = 0
  var isPaused = false

  init(slow: SlowThreshold) { slowThreshold = slow }

  /// The workers that live, in order of slots.
  public var workers: [WorkerRow] { slots.filter(\.isAlive) }

  /// The items that run now, in order of slots.
  public var runningItems: [StartedItem] { slots.compactMap(\.item) }

  /// The item if it runs now.
  public func runningItem(_ id: ItemID) -> StartedItem? {
    for slot in slots where slot.item?.id == id { return slot.item }
    return nil
  }

  /// How many items have ended in this run.
  public var finished: Int { tally.finished - restored.count }

  /// Whether some of the ended items may be tried again.
  public var hasFailures: Bool { tally.unsuccessful + tally.cancelled > 0 }

  /// Nanoseconds from which on an item counts as slow, or nil while none can be said.
  public var slowLimit: Int64? { slowThreshold.limit(median: latency.percentiles.p50, of: latency.count) }

  /// Whether a latency in nanoseconds is slow.
  public func isSlow(_ nanoseconds: Int64) -> Bool { slowLimit.map { nanoseconds >= $0 } ?? false }

  /// How many running items are slow already.
  public func slowRunning(at now: Instant) -> Int {
    guard let limit = slowLimit else { return 0 }
    return slots.count { ($0.elapsed(at: now) ?? 0) >= limit }
  }

  /// The live workers in an order.
  public func workers(_ order: WorkerOrder, at now: Instant) -> [WorkerRow] {
    switch order {
    case .bySlot: return workers
    case .longestFirst:
      // The sort is made stable by the slot, so that rows with equal times do not swap.
      return workers.sorted {
        let left = $0.item?.start.nanoseconds ?? .max
        let right = $1.item?.start.nanoseconds ?? .max
        return left != right ? left < right : $0.id < $1.id
      }
    }
  }

  /// The slowest items, running ones included with their time so far, slowest first.
  public func slowItems(at now: Instant) -> [SlowItem] {
    let running = runningItems.map {
      SlowItem(id: $0.id, label: $0.label, latency: max(0, now.nanoseconds(since: $0.start)), state: .running)
    }
    let finished = slowest.sorted()
    if running.isEmpty { return finished }
    return (running + finished).sorted { $0.isSlower(than: $1) }
  }

  /// Items a second: around `now` while the run goes on, and over all of its active time when it is over.
  public func rate(at now: Instant) -> Double? {
    guard state == .done else { return throughput.rate(at: now) }
    let active = stopwatch.active(at: now)
    return active > 0 ? Double(finished) * 1e9 / Double(active) : nil
  }
}
