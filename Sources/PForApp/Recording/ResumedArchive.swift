import Attempts
import Dashboard
import ParallelFor
import ParallelForDashboard
import RunStore

/// The ended items of a resumed run. The page of an item also shows the attempts of earlier sessions.
final class ResumedArchive: ItemArchive {
  private let kept: ResultArchive
  private let recording: RunRecording

  /// - Parameters:
  ///   - kept: the items that ended in this session or were done in earlier ones.
  ///   - recording: the run's record.
  init(_ kept: ResultArchive, _ recording: RunRecording) {
    self.kept = kept
    self.recording = recording
  }

  var problem: String? { kept.problem }

  var end: Int { kept.end }

  func row(_ id: ItemID) -> ResultRow? { kept.row(id) }

  func detail(_ id: ItemID, invocation: (ArchivedItem, WorkerID) -> String) -> ItemDetail? {
    guard var detail = kept.detail(id, invocation: invocation) else { return nil }
    guard let (earlier, last) = recording.attempts(at: id.number) else { return detail }
    // For a few milliseconds, the last attempt is not yet recorded. Until then, it follows the recorded ones.
    let isRecorded = last.latency == detail.latency
    detail.attempt = isRecorded ? last.attempt : last.attempt + 1
    detail.earlier = isRecorded ? earlier : earlier + [last]
    return detail
  }

  func matches(_ filter: ResultFilter, in positions: Range<Int>, slowLimit: Int64?) -> [ItemID] {
    kept.matches(filter, in: positions, slowLimit: slowLimit)
  }

  func failureReason(of id: ItemID) -> FailureReason? { kept.failureReason(of: id) }

  func searchedParts(of id: ItemID) -> [TextScan.Part] { kept.searchedParts(of: id) }
}
