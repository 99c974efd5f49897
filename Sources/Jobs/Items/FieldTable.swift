/// The names of a record's fields, to be found by name or number in time that does not grow with their number.
final class FieldTable: Sendable {
  /// Up to this many names, comparing is faster than looking up.
  private static let fewNames = 16

  /// The names in their order, each once.
  let names: [String]
  private let positions: [String: Int]

  /// Keeps names, each of which must be there once.
  init(_ names: [String]) {
    self.names = names
    guard names.count > Self.fewNames else {
      positions = [:]
      return
    }
    positions = Dictionary(zip(names, names.indices), uniquingKeysWith: { first, _ in first })
  }

  /// The position of one name.
  func position(named name: String) -> Int? { positions.isEmpty ? names.firstIndex(of: name) : positions[name] }

  /// The position that `name` means: one of the names, or a number from 1; a name goes before a number.
  func position(of name: String) -> Int? {
    if let position = position(named: name) { return position }
    guard let number = Int(name), number >= 1, number <= names.count else { return nil }
    return number - 1
  }
}

extension FieldNames {
  /// The names, if they are known.
  var table: FieldTable {
    if case .known(let names) = self { FieldTable(names) } else { FieldTable([]) }
  }
}
