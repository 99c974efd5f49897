import RunStore

/// The lengths of a run's sessions, in nanoseconds.
///
/// They are upper limits until a replay has reached the last event of each session. A session ends with its last event.
/// The time until the program was closed, or until a killed run was resumed, is not part of it.
struct ReplayedSessions: Equatable {
  private var lengths: [Int64] = []

  /// Estimates the lengths from a run file without reading its items.
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
    // The end of the last item is known without reading items, so the last session can be cut there.
    let events = changes.filter { $0.kind != .sessionEnded }.map(\.time) + [run.latest ?? 0]
    lengths.append(max(0, RecordedTime.point(events.max() ?? 0) - began))
  }

  /// The total length of all sessions.
  var length: Int64 { lengths.reduce(0, +) }

  /// The number of sessions.
  var count: Int { lengths.count }

  /// Sets the exact length of a session, counted from 0.
  mutating func setLength(_ length: Int64, of session: Int) {
    if lengths.indices.contains(session) { lengths[session] = length }
  }
}
