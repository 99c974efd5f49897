import RunStore

/// How long the sessions of a run were, in nanoseconds: at most, until a replay has come to their last events.
///
/// A session ends with its last event. What follows until the program was left, or went on after a kill, is no part.
struct ReplayedSessions: Equatable {
  private var lengths: [Int64] = []

  /// Takes what a run file says without a look at its items.
  init(_ run: RunRecord, _ changes: [RunChange]) {
    var began = RecordedTime.point(changes.first { $0.kind == .sessionBegan }?.time ?? run.created)
    var end: Int64?
    for change in changes {
      let time = RecordedTime.point(change.time)
      if change.kind == .sessionBegan, time > began {
        lengths.append(max(0, min(end ?? time, time) - began))
        (began, end) = (time, nil)
      }
      if change.kind == .sessionEnded { end = time }
    }
    // How long the program stayed open after the last item is known of the last session only.
    let events = changes.filter { $0.kind != .sessionEnded }.map(\.time) + [run.latest ?? 0]
    lengths.append(max(0, RecordedTime.point(events.max() ?? 0) - began))
  }

  /// The length of all sessions, one behind the other.
  var length: Int64 { lengths.reduce(0, +) }

  /// How many there were.
  var count: Int { lengths.count }

  /// A session, counted from 0, turned out to be so long.
  mutating func setLength(_ length: Int64, of session: Int) {
    if lengths.indices.contains(session) { lengths[session] = length }
  }
}
