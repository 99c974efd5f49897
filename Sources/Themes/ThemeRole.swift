public import Screen

/// What colours are for, on this program's screens; a theme gives each one its style.
///
/// The raw values are places in a palette: new roles go to the end.
public enum ThemeRole: UInt8, CaseIterable, Sendable {
  /// Plain text; its background is that of the whole screen.
  case text
  /// Text that matters less: units, labels, what is over.
  case muted
  /// Titles of panels.
  case title
  /// Lines around panels.
  case border
  /// Keys in the footer and in the help.
  case key
  /// Laid over the selected row.
  case selection
  /// Text of a dialog.
  case dialog
  /// Text of a dialog that asks before something is destroyed.
  case dialogDanger
  /// A message that all is well.
  case notice
  /// A message that something may go wrong.
  case warning
  /// A message that something went wrong.
  case error
  /// What a search found.
  case match
  /// A worker without an item.
  case workerIdle
  /// A worker with an item.
  case workerRunning
  /// A worker that leaves after its item.
  case workerDraining
  /// A worker whose item takes long.
  case workerSlow
  /// An item that has not begun.
  case itemQueued
  /// An item that runs.
  case itemRunning
  /// An item that ended well.
  case itemSucceeded
  /// An item that failed.
  case itemFailed
  /// An item that took longer than it was allowed.
  case itemTimedOut
  /// An item that was ended or never begun because the user asked.
  case itemCancelled
  /// The part of a bar that is done.
  case barDone
  /// The part of a bar that failed.
  case barFailed
  /// The part of a bar that runs.
  case barRunning
  /// The part of a bar that is still to come.
  case barRest
  /// Latencies as usual.
  case latencyLow
  /// Latencies above the usual.
  case latencyMiddle
  /// The longest latencies.
  case latencyHigh
  /// The run while it is held.
  case statePaused
  /// The run after its end.
  case stateDone
  /// An item that failed and waits to be tried again.
  case itemWaiting

  /// The role as cells carry it.
  public var role: Role { Role(rawValue: rawValue) }

  /// The role's name in theme files.
  public var name: String {
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

  /// The role with a name from a theme file.
  public init?(name: String) {
    guard let role = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = role
  }
}
