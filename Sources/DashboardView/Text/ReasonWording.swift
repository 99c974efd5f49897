import Attempts
package import Dashboard
import Screen

extension Formatting {
  /// Returns a reason in words.
  func words(_ reason: Reason) -> String { arrows(reason.words) }

  /// Returns the reason of a group in words.
  func words(_ group: ReasonGroups.Group) -> String { arrows(group.words) }

  private func arrows(_ text: String) -> String { glyphs == .unicode ? text : text.replacing("←", with: "<-") }

  /// Returns what would help the items of a group; nil if nothing is known to.
  func remedy(_ group: ReasonGroups.Group) -> String? {
    group.remedy.isEmpty ? nil : "\(words(group)): \(group.remedy) would help"
  }

  /// Returns a sentence about the reason that explains most of the time, if that is a fifth or more; nil otherwise.
  ///
  /// - Parameters:
  ///   - reasons: the reasons of all items.
  ///   - busy: the time of all items, in nanoseconds.
  package func mainReason(_ reasons: ReasonGroups, busy: Double) -> String? {
    guard let group = reasons.groups.first, busy > 0, Double(group.time) >= busy / 5 else { return nil }
    let remedy = group.remedy.isEmpty ? "" : "; \(group.remedy) would help"
    let items = plural(group.items, "item")
    return "\(words(group)) took \(share(group.time, of: busy)) of the time of all items (\(items))\(remedy)"
  }

  /// Returns a part of the time of all items in whole per cent.
  func share(_ time: Int64, of busy: Double) -> String {
    busy > 0 ? "\(min(100, Int((100 * Double(time) / busy).rounded()))) %" : unknown
  }
}
