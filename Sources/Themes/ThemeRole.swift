package import Screen

/// The purpose of a style on this program's screens; a theme gives each role its style.
///
/// The raw values are positions in a palette, so new roles are added at the end.
package enum ThemeRole: UInt8, CaseIterable, Sendable {
  /// Plain text; its background is that of the whole screen.
  case text
  /// Less important text: units, labels, finished items.
  case muted
  /// Titles of panels.
  case title
  /// Lines around panels.
  case border
  /// Keys in the footer and in the help.
  case key
  /// The overlay of the selected row.
  case selection
  /// Text of a dialog.
  case dialog
  /// Text of a dialog that confirms a destructive action.
  case dialogDanger
  /// A message that all is well.
  case notice
  /// A message that something may go wrong.
  case warning
  /// A message that something went wrong.
  case error
  /// Matches of a search.
  case match
  /// A worker without an item.
  case workerIdle
  /// A worker with an item.
  case workerRunning
  /// A worker that leaves after its item.
  case workerDraining
  /// A worker whose item takes long.
  case workerSlow
  /// An item that has not started.
  case itemQueued
  case itemRunning
  case itemSucceeded
  case itemFailed
  /// An item that exceeded its time limit.
  case itemTimedOut
  /// An item that was stopped or never started because the user asked for it.
  case itemCancelled
  /// The finished part of a bar.
  case barDone
  /// The failed part of a bar.
  case barFailed
  /// The running part of a bar.
  case barRunning
  /// The remaining part of a bar.
  case barRest
  /// Usual latencies.
  case latencyLow
  /// Latencies above the usual.
  case latencyMiddle
  /// The longest latencies.
  case latencyHigh
  /// The run while it is paused.
  case statePaused
  /// The run after its end.
  case stateDone
  /// An item that failed and waits for its next attempt.
  case itemWaiting

  /// The role in the form that cells store.
  package var role: Role { Role(rawValue: rawValue) }

  /// The role's name in theme files.
  package var name: String {
    switch self {
    case .text: "text"
    case .muted: "muted"
    case .title: "title"
    case .border: "border"
    case .key: "key"
    case .selection: "selection"
    case .dialog: "dialog.text"
    case .dialogDanger: "dialog.danger"
    case .notice: "notice"
    case .warning: "warning"
    case .error: "error"
    case .match: "match"
    case .workerIdle: "worker.idle"
    case .workerRunning: "worker.running"
    case .workerDraining: "worker.draining"
    case .workerSlow: "worker.slow"
    case .itemQueued: "item.queued"
    case .itemRunning: "item.running"
    case .itemSucceeded: "item.succeeded"
    case .itemFailed: "item.failed"
    case .itemTimedOut: "item.timed-out"
    case .itemCancelled: "item.cancelled"
    case .barDone: "bar.done"
    case .barFailed: "bar.failed"
    case .barRunning: "bar.running"
    case .barRest: "bar.rest"
    case .latencyLow: "latency.low"
    case .latencyMiddle: "latency.middle"
    case .latencyHigh: "latency.high"
    case .statePaused: "state.paused"
    case .stateDone: "state.done"
    case .itemWaiting: "item.waiting"
    }
  }

  /// Makes the role with a name from a theme file; nil for an unknown name.
  package init?(name: String) {
    guard let role = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = role
  }
}
