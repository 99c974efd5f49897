import ParallelFor
import RunStore

extension RunChange {
  /// The change of the run as a whole that an event reports; nil if it reports none that is recorded.
  init?(_ event: RunEvent) {
    let (kind, value): (Kind, Int?)
    switch event.kind {
    case .runStarted(let target): (kind, value) = (.sessionBegan, target)
    case .targetWorkersChanged(let target): (kind, value) = (.threadsChanged, target)
    case .runPaused: (kind, value) = (.paused, nil)
    case .runResumed: (kind, value) = (.resumed, nil)
    case .totalKnown, .itemsRead, .workerStarted, .workerDraining, .workerKept, .workerStopped, .runFinishing,
      .runStopping, .itemStarted, .attemptFailed, .itemInterrupted, .itemFinished, .itemRequeued, .itemsRestored,
      .haltReached, .timeBudgetSpent, .deliveryAdvanced, .runFinished:
      return nil
    }
    self.init(time: MonotonicClock.wallTime(of: event.instant), kind: kind, value: value)
  }
}
