/// The text with which the names of all items begin, so that lists can show what differs.
package struct SharedStart: Equatable, Sendable {
  /// The number of names from which a common start is no accident.
  private static let enoughNames = 8
  /// The least bytes that are worth folding.
  private static let leastBytes = 8
  private static let mostBytes = 200
  /// The characters after which a name may be divided.
  private static let dividers = Set("/\\?=&,; ".utf8)

  /// The bytes with which all names begin. Each name has more.
  private var common: [UInt8] = []
  private var names = 0
  /// The start up to its last divider; empty if there is none worth folding.
  package private(set) var text = ""

  package init() {}

  mutating func note(_ name: String) {
    names += 1
    if names > 1, common.isEmpty { return }
    var name = name
    let count = name.withUTF8 { bytes in
      if names == 1 { common = Array(bytes.prefix(Self.mostBytes)) }
      let most = min(common.count, max(0, bytes.count - 1))
      return (0..<most).first { bytes[$0] != common[$0] } ?? most
    }
    guard count < common.count || names == Self.enoughNames else { return }
    common.removeLast(common.count - count)
    settle()
  }

  private mutating func settle() {
    let end = common.lastIndex(where: Self.dividers.contains).map { $0 + 1 } ?? 0
    text = names >= Self.enoughNames && end >= Self.leastBytes ? String(decoding: common[..<end], as: UTF8.self) : ""
  }

  /// Returns a name without the start.
  package func rest(of name: String) -> String {
    guard !text.isEmpty, name.utf8.starts(with: text.utf8) else { return name }
    return String(name.utf8.dropFirst(text.utf8.count)) ?? name
  }
}
