import Dashboard
import Jobs
import ParallelFor
import ParallelForDashboard
import RunStore

extension FailureLog: AttemptObserver {
  func settled(_ attempt: ItemAttempt, _ notes: inout AttemptNotes) {
    guard attempt.isFinal, !attempt.ended.outcome.isSuccess else { return }
    note(attempt.ended.id, attempt.ended.outcome, attempt.ending.errors, label: attempt.item.label)
  }
}

extension ResultArchive: AttemptObserver {
  func settled(_ attempt: ItemAttempt, _ notes: inout AttemptNotes) {
    guard !attempt.isRevised else { return }
    let ending = attempt.ending
    keep(
      ArchivedItem(attempt.item), attempt.ended, output: ending.output, errors: ending.errors,
      process: ending.process, reasons: ending.reasons)
  }
}

extension RunRecording: AttemptObserver {
  func settled(_ attempt: ItemAttempt, _ notes: inout AttemptNotes) {
    notes.place = place(of: attempt.ended.id.number, isDone: attempt.ended.outcome.isSuccess)
    if !attempt.isRevised {
      notes.record = record(attempt, at: notes.place)
    } else if attempt.isFinal {
      notes.record = makeFinal(notes.place, attempt: attempt.ended.attempt)
    }
  }
}

extension RunLogs: AttemptObserver {
  // The recording must come before the logs: a resumed run does not log recorded attempts again.
  func settled(_ attempt: ItemAttempt, _ notes: inout AttemptNotes) {
    guard !attempt.isRevised || attempt.isFinal else { return }
    attemptEnded(attempt, at: notes.place)
  }
}

extension ResultDelivery: AttemptObserver {
  func settled(_ attempt: ItemAttempt, _ notes: inout AttemptNotes) {
    if case .again = attempt.settlement { return }
    notes.result = held(attempt, after: notes.record)
  }
}
