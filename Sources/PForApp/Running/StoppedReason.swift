import Dashboard

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

extension StoppedItem.Reason {
  /// The reason that belongs to the signal that stopped a command.
  init(signal: Int32) {
    switch signal {
    case SIGTTIN: self = .readsTerminal
    case SIGTTOU: self = .writesTerminal
    default: self = .signal
    }
  }
}
