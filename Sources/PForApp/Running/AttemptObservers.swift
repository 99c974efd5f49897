import Dashboard
import Jobs
import ParallelFor
import ParallelForDashboard
import RunStore

extension FailureWords: AttemptObserver {
  func settled(_ attempt: inout ItemAttempt) {
    guard !attempt.isRevised, attempt.ended.outcome.failureReason != nil else { return }
    note(attempt.ended.id, attempt.ending.errors)
  }
}

extension ResultArchive: AttemptObserver {
  func settled(_ attempt: inout ItemAttempt) {
    guard !attempt.isRevised else { return }
    keep(
      ArchivedItem(attempt.item), attempt.ended, output: attempt.ending.output, errors: attempt.ending.errors,
      process: attempt.ending.process.map { ItemDetail.Process($0) })
  }
}

extension RunRecording: AttemptObserver {
  func settled(_ attempt: inout ItemAttempt) {
    attempt.makeRecord()
    attempt.place = place(of: attempt.ended.id.number, isDone: attempt.ended.outcome.isSuccess)
    if attempt.isRevised {
      if attempt.isFinal { attempt.ticket = makeFinal(attempt.place, attempt: attempt.ended.attempt) }
    } else {
      attempt.ticket = record(attempt)
    }
  }
}

extension RunLogs: AttemptObserver {
  // What a log has is recorded as a rule, so that a resumed run does not log it again: so the recording comes first.
  func settled(_ attempt: inout ItemAttempt) {
    guard !attempt.isRevised || attempt.isFinal else { return }
    attempt.makeRecord()
    attemptEnded(attempt)
  }
}

extension ResultDelivery: AttemptObserver {
  func settled(_ attempt: inout ItemAttempt) {
    if case .again = attempt.settlement { return }
    attempt.result = held(attempt)
  }
}
