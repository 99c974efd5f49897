public import Dashboard
import ParallelFor

/// Words for items whose commands are stopped.
public enum StoppedText {
  /// A sentence with the item's number, and what helps.
  public static func sentence(_ item: StoppedItem) -> String {
    let cause =
      switch item.reason {
      case .readsTerminal:
        "it wants to read the terminal, which no command can have; let it ask nothing, as ssh -o BatchMode=yes and "
          + "sudo -n do"
      case .writesTerminal: "it wants to set up the terminal, which no command can have"
      case .signal: "somebody has sent it a signal; kill -CONT lets it go on"
      }
    return "#\(item.id.number) is stopped: \(cause)"
  }

  /// A few words for a row.
  static func brief(_ reason: StoppedItem.Reason) -> String {
    switch reason {
    case .readsTerminal, .writesTerminal: "wants the terminal"
    case .signal: "by a signal"
    }
  }
}
