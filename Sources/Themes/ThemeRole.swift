public import Screen

/// What colours are for, on this program's screens; a theme gives each one its style.
public enum ThemeRole: UInt8, CaseIterable, Sendable {
  case text, muted, title, border, key, selection, dialog, dialogDanger, notice, warning, error, match
  case workerIdle, workerRunning, workerDraining, workerSlow
  case itemQueued, itemRunning, itemSucceeded, itemFailed, itemTimedOut, itemCancelled
  case barDone, barFailed, barRunning, barRest
  case latencyLow, latencyMiddle, latencyHigh
  case statePaused, stateDone

  /// The role as cells carry it.
  public var role: Role { Role(rawValue: rawValue) }
}
