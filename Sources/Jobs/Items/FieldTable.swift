import OSText

/// The names of a record's fields, found by name or number in constant time.
///
/// Names are compared byte for byte. Swift considers an accented letter equal in its composed and decomposed forms, but
/// to the file they are two columns.
final class FieldTable: Sendable {
  /// Up to this number of names, comparing is faster than hashing.
  private static let fewNames = 16

  /// The names in order; each is unique.
  let names: [String]
  private let positions: [FieldName: Int]

  /// Keeps names, which must be unique.
  init(_ names: [String]) {
    self.names = names
    guard names.count > Self.fewNames else {
      positions = [:]
      return
    }
    positions = Dictionary(zip(names.lazy.map(FieldName.init), names.indices), uniquingKeysWith: { first, _ in first })
  }

  /// Returns the position of a name.
  func position(named name: String) -> Int? {
    positions.isEmpty ? names.firstIndex { OSText.isSame($0, name) } : positions[FieldName(name)]
  }

  /// Whether the names equal others, byte for byte.
  func isSame(as others: [String]) -> Bool { names.elementsEqual(others, by: OSText.isSame) }

  /// Returns the position that `name` refers to: a name or a number from 1; a name takes precedence.
  func position(of name: String) -> Int? {
    if let position = position(named: name) { return position }
    guard name.utf8.first != UInt8(ascii: "+"), let number = Int(name), number >= 1, number <= names.count else {
      return nil
    }
    return number - 1
  }
}

/// A field's name as a dictionary key.
struct FieldName: Hashable {
  private let text: String

  init(_ text: String) { self.text = text }

  static func == (left: FieldName, right: FieldName) -> Bool { OSText.isSame(left.text, right.text) }

  func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}

extension FieldNames {
  /// The names if they are known; otherwise an empty table.
  var table: FieldTable {
    if case .known(let names) = self { FieldTable(names) } else { FieldTable([]) }
  }
}
