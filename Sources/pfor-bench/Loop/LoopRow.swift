import ArgumentParser

/// A row of the table of loops.
enum LoopRow: String, CaseIterable, ExpressibleByArgument {
  case empty, tiny, small, observed, skewed, sleep, generator, async, start, memory

  var title: String {
    switch self {
    case .empty: "empty body, 10 M items, 2 threads, against rayon"
    case .tiny: "100 steps, 2 M items, against the fastest"
    case .small: "2,000 steps, 100 k items, against the fastest"
    case .observed: "100 steps, 2 M items, each timed and counted, snapshots, against the fastest unobserved"
    case .skewed: "100 steps, one item in 1,000 takes 100,000, 500 k items, against the fastest"
    case .sleep: "10 ms of sleep, 2,000 items, 100 threads, against the ideal"
    case .generator: "generator, 100 steps, 2 M items, in order, against our array form"
    case .async: "async body, 100 steps, 2 M items, against Swift's task group"
    case .start: "start and end of a run of 5 items, 5 threads, against Python's ThreadPoolExecutor"
    case .memory: "resident memory, parallelForEach over 100 M items"
    }
  }

  /// The maximum ratio of our time to theirs; for ``memory``, the maximum in megabytes.
  var goal: Double {
    switch self {
    case .empty: 1.5
    case .tiny, .skewed: 1.1
    case .small: 1.02
    case .observed: 2.5
    case .sleep: 1.05
    case .generator: 1.3
    case .async: 0.05
    case .start: 0.5
    case .memory: 20
    }
  }

  /// The work of a turn, which the peers get too. The work of ``memory`` is in a separate program.
  var work: LoopWork {
    switch self {
    case .empty: LoopWork(items: 10_000_000, threads: 2, steps: 0)
    case .tiny, .observed, .generator, .async: LoopWork(items: 2_000_000, threads: 2, steps: 100)
    case .small: LoopWork(items: 100_000, threads: 2, steps: 2_000)
    case .skewed: LoopWork(items: 500_000, threads: 2, steps: 100, isSkewed: true)
    case .sleep: LoopWork(items: 2_000, threads: 100, steps: 0)
    case .start, .memory: LoopWork(items: 5, threads: 5, steps: 0)
    }
  }
}
