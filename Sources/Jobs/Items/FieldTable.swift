import OSText

/// The names of a record's fields, to be found by name or number in time that does not grow with their number.
///
/// Names are the same only byte for byte: to Swift, an accent is the same whether it is written as a part of its letter or
/// behind it, and to the file these are two columns.
final class FieldTable: Sendable {
  /// Up to this many names, comparing is faster than looking up.
  private static let fewNames = 16

  /// The names in their order, each once.
  let names: [String]
  private let positions: [FieldName: Int]

  /// Keeps names; each must be there once.
  init(_ names: [String]) {
    self.names = names
    guard names.count > Self.fewNames else {
      positions = [:]
      return
    }
    positions = Dictionary(zip(names.lazy.map(FieldName.init), names.indices), uniquingKeysWith: { first, _ in first })
  }

  /// The position of one name.
  func position(named name: String) -> Int? {
    positions.isEmpty ? names.firstIndex { OSText.isSame($0, name) } : positions[FieldName(name)]
  }

  /// Whether these are the names.
  func isSame(as others: [String]) -> Bool { names.elementsEqual(others, by: OSText.isSame) }

  /// The position that `name` means: one of the names, or a number from 1; a name goes before a number.
  func position(of name: String) -> Int? {
    if let position = position(named: name) { return position }
    guard name.utf8.first != UInt8(ascii: "+"), let number = Int(name), number >= 1, number <= names.count else {
      return nil
    }
    return number - 1
  }
}

/// A field's name as a key of a dictionary.
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
  /// The names, if they are known.
  var table: FieldTable {
    if case .known(let names) = self { FieldTable(names) } else { FieldTable([]) }
  }
}
