public import Dashboard
import ParallelFor

/// Texts for items whose commands are stopped.
public enum StoppedText {
  /// Returns a sentence with the item's number, the cause and a remedy.
  public static func sentence(_ item: StoppedItem) -> String {
    let cause =
      switch item.reason {
      case .readsTerminal:
        "it wants to read the terminal, which no command may do; make it ask nothing, as with ssh -o BatchMode=yes "
          + "or sudo -n"
      case .writesTerminal: "it wants to set up the terminal, which no command may do"
      case .signal: "it has received a stop signal; kill -CONT continues it"
      }
    return "#\(item.id.number) is stopped: \(cause)"
  }

  /// Returns a few words for a row.
  static func brief(_ reason: StoppedItem.Reason) -> String {
    switch reason {
    case .readsTerminal, .writesTerminal: "wants the terminal"
    case .signal: "by a signal"
    }
  }
}
