package import ParallelFor

/// The part of the timeline that the screen shows, and the selected block.
package struct TimelineWindow: Equatable, Sendable {
  /// The most times that the whole run is enlarged.
  private static let closest = 1 << 20

  /// How many times the whole run is enlarged: a power of two.
  package private(set) var zoom = 1
  /// The selected moment; nil for the end of the run, which the window then follows.
  package private(set) var moment: Instant?

  package init() {}

  /// Returns the times at the edges of the window, for a run between two times.
  package func edges(of start: Instant, _ end: Instant) -> (start: Instant, end: Instant) {
    let whole = max(1, end.nanoseconds(since: start))
    let width = max(1, whole / Int64(zoom))
    guard zoom > 1 else { return (start, end) }
    let middle = moment.map { $0.nanoseconds(since: start) } ?? whole
    let first = min(max(0, middle - width / 2), whole - width)
    return (start + first, start + (first + width))
  }

  mutating func enlarge() { zoom = min(Self.closest, zoom * 2) }

  mutating func reduce() { zoom = max(1, zoom / 2) }

  mutating func select(_ moment: Instant?) { self.moment = moment }
}

/// A place in the timeline that a user selects: an ended attempt, or several, or the running item.
package struct TimelineSpan: Equatable, Sendable {
  package enum State: Equatable, Sendable { case ended, running }

  package let item: ItemID
  package let start: Instant
  package let end: Instant
  package let state: State
  /// The number of attempts.
  package let count: Int
  package let failed: Int
  /// The length of the longest attempt, in nanoseconds.
  package let longest: Int64
}

extension RunFacts {
  /// Returns what a worker has done, oldest first, with the item that it runs.
  package func spans(of worker: WorkerID, at now: Instant) -> [TimelineSpan] {
    var spans = timeline.blocks(of: worker).map {
      TimelineSpan(
        item: $0.item, start: $0.start, end: $0.end, state: .ended, count: Int($0.count), failed: Int($0.failed),
        longest: $0.longest)
    }
    if everyWorker.indices.contains(worker.slot - 1), let item = everyWorker[worker.slot - 1].item {
      let time = max(0, now.nanoseconds(since: item.start))
      spans.append(
        TimelineSpan(
          item: item.id, start: item.start, end: item.start + time, state: .running, count: 1, failed: 0,
          longest: time))
    }
    return spans
  }

  /// The workers with a row in the timeline: all that ever lived.
  package var timelineWorkers: [WorkerID] { everyWorker.map(\.id) }

  /// Returns when the run started and the time up to which it is shown.
  package func timelineEdges(at now: Instant) -> (start: Instant, end: Instant) {
    let start = stopwatch.begin ?? latest
    return (start, max(start + 1, state == .done ? latest : max(now, latest)))
  }
}

extension Dashboard {
  /// Returns the selected worker of the timeline, and the selected span of its row.
  package func selectedSpan(at now: Instant) -> (worker: WorkerID, span: TimelineSpan?)? {
    guard let worker = timelineSelection.selected(in: facts.timelineWorkers) else { return nil }
    let spans = facts.spans(of: worker, at: now)
    guard let moment = timelineWindow.moment else { return (worker, spans.last) }
    return (worker, spans[..<Self.count(of: spans, startedBy: moment)].last ?? spans.first)
  }

  /// Selects the span before or after the selected one.
  mutating func stepInTimeline(forward: Bool, at now: Instant) {
    guard let (worker, span) = selectedSpan(at: now), let span else { return }
    let spans = facts.spans(of: worker, at: now)
    let here = Self.count(of: spans, startedBy: span.start) - 1
    let next = min(max(0, here + (forward ? 1 : -1)), spans.count - 1)
    timelineWindow.select(forward && next == spans.count - 1 ? nil : spans[next].start)
  }

  /// Moves by a half of the window.
  mutating func pageInTimeline(forward: Bool, at now: Instant) {
    let (start, end) = facts.timelineEdges(at: now)
    let edges = timelineWindow.edges(of: start, end)
    let step = edges.end.nanoseconds(since: edges.start) / 2
    let moment = (timelineWindow.moment ?? end) + (forward ? step : -step)
    timelineWindow.select(moment >= end ? nil : max(start, moment))
  }

  /// The number of spans that started up to a moment, by binary search.
  private static func count(of spans: [TimelineSpan], startedBy moment: Instant) -> Int {
    var low = 0, high = spans.count
    while low < high {
      let middle = (low + high) / 2
      if spans[middle].start <= moment { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
