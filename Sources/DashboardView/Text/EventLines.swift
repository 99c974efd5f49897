import Dashboard
package import ParallelFor
import Screen

/// Tells events in lines for people. Of many successes at once, it tells the number.
package struct EventLines: Sendable {
  /// The most successes with a line each.
  private static let mostSuccesses = 50

  private let format: Formatting

  package init(format: Formatting) { self.format = format }

  /// Returns lines about events that happened since a start.
  package func lines(_ events: [RunEvent], since start: Instant?) -> [String] {
    var successes = 0
    var lines: [String] = []
    for event in events {
      if case .itemFinished(let item) = event.kind, item.outcome.isSuccess {
        successes += 1
        if successes > Self.mostSuccesses { continue }
      }
      guard let text = text(event.kind) else { continue }
      let time = start.map { format.clock(max(0, event.instant.nanoseconds(since: $0))) } ?? ""
      lines.append("\(format.right(time, 7))  \(SafeText.visible(text))")
    }
    let more = successes - Self.mostSuccesses
    return lines + (more > 0 ? ["\(format.right("", 7))  and \(format.count(more)) more ok"] : [])
  }

  private func text(_ kind: RunEvent.Kind) -> String? {
    switch kind {
    case .itemFinished(let item): ended(item, ItemState(item.outcome).word)
    case .attemptFailed(let item, _): ended(item, "will be tried again")
    case .itemInterrupted(let item): ended(item, "interrupted")
    case .targetWorkersChanged(let count): format.plural(count, "thread")
    case .runPaused: "paused"
    case .runResumed: "resumed"
    case .runFinishing: "no further items start"
    case .runStopping: "stopping running items"
    case .runFinished(let ending): ending.word
    default: nil
    }
  }

  private func ended(_ item: FinishedItem, _ word: String) -> String {
    let reason = item.outcome.failureReason.map { ": \($0)" } ?? ""
    return "\(item.id) \(word), \(format.duration(item.nanoseconds)): \(item.label)\(reason)"
  }
}
