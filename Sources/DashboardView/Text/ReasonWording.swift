import Attempts
package import Dashboard
import ParallelFor
import Screen

extension Formatting {
  /// Returns a reason in words.
  func words(_ reason: Reason) -> String { arrows(reason.words) }

  /// Returns the reason of a group in words.
  func words(_ group: ReasonGroups.Group) -> String { arrows(group.words) }

  private func arrows(_ text: String) -> String { glyphs == .unicode ? text : text.replacing("←", with: "<-") }

  /// Returns a line about what would help the items of a group, or where to look; nil if there is nothing to say.
  func advice(_ group: ReasonGroups.Group) -> String? {
    group.remedy.isEmpty ? group.kind.flatMap(Self.hint) : "\(group.remedy) would help"
  }

  /// Where a user finds out more.
  private static func hint(_ kind: Reason.Kind) -> String? {
    switch kind {
    case .lock, .busy: "the item's page names the holder of the lock"
    case .io, .manyRows, .sort, .indexScan: "the plan of an item (x) tells what it reads"
    case .cpu: "it computes; the plan of a query (x) tells on what"
    case .lightweightLock, .bufferPin: "items hinder each other in the server: try fewer threads"
    case .processes, .serverExtension: "the server's own processes set the pace"
    case .sleep: "the item sleeps, as it was told"
    case .client: "results are read more slowly than they are made"
    case .runQueue: "more threads than processors: try fewer"
    case .network: "the other end sets the pace"
    case .disk: "the disk sets the pace"
    case .fileLock: "items, or other programs, use the same file"
    case .fullScan, .automaticIndex, .children, .pipe, .thread: nil
    }
  }

  /// Returns a line about what the server did on average; nil before the first sample.
  func activity(_ activity: ServerActivity) -> String? {
    if let problem = activity.problem { return "what the server does cannot be seen: \(problem)" }
    guard activity.samples + activity.missed > 0 else { return nil }
    let averages = activity.averages.prefix(4).map { "\(NumberText.figures($0.sessions)) \($0.words)" }
    let missed = activity.missed > 0 ? ", \(plural(activity.missed, "sample")) missed" : ""
    return "active at once, in \(plural(activity.samples, "sample"))\(missed): "
      + (averages.isEmpty ? "nothing" : averages.joined(separator: ", "))
  }

  /// Returns a sentence about what slow items have in common.
  func sentence(_ trait: SlowTrait) -> String {
    let share = Int((100 * trait.share).rounded())
    let all = trait.share > 0 ? "\(share < 1 ? "under 1" : "\(share)") % of all do" : "hardly any other does"
    return "\(count(trait.hits)) of \(count(trait.slow)) slow items \(trait.trait.words) (\(all))"
  }

  /// Returns sentences about the reason that explains most of the time, if that is a fifth or more: what it is, and what
  /// would help.
  ///
  /// - Parameters:
  ///   - reasons: the reasons of all items.
  ///   - busy: the time of all items, in nanoseconds.
  package func mainReason(_ reasons: ReasonGroups, busy: Double) -> [String] {
    guard let group = reasons.groups.first, busy > 0, Double(group.time) >= busy / 5 else { return [] }
    let items = plural(group.items, "item")
    let what = "\(words(group)) took \(share(group.time, of: busy)) of the time of all items (\(items))"
    return [what] + (group.remedy.isEmpty ? [] : ["\(group.remedy) would help"])
  }

  /// Returns a part of the time of all items in whole per cent.
  func share(_ time: Int64, of busy: Double) -> String {
    busy > 0 ? "\(min(100, Int((100 * Double(time) / busy).rounded()))) %" : unknown
  }
}
