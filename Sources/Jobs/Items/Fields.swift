import OSText

/// The named parts of one record; all records of a file with a header share the names.
public final class Fields: Sendable, Equatable {
  let table: FieldTable
  /// The values, one per name; nil is JSON's `null`.
  public let values: [ByteText?]
  /// The positions of values that look like numbers but are JSON strings.
  let texts: Set<Int>

  /// Makes the fields of a record; there must be as many values as names.
  public convenience init(names: [String], values: [ByteText?]) { self.init(FieldTable(names), values) }

  init(_ table: FieldTable, _ values: [ByteText?], texts: Set<Int> = []) {
    precondition(table.names.count == values.count, "\(table.names.count) names for \(values.count) values")
    self.table = table
    self.values = values
    self.texts = texts
  }

  /// The names in the order of the file.
  public var names: [String] { table.names }

  /// Returns the position of the field that `name` refers to: a field's name, or its number from 1.
  public func position(of name: String) -> Int? { table.position(of: name) }

  /// Compares names and values.
  public static func == (left: Fields, right: Fields) -> Bool {
    left === right || (left.table.isSame(as: right.names) && left.values == right.values && left.texts == right.texts)
  }
}

/// The fields of the items, as far as they are known before the run.
public enum FieldNames: Sendable, Equatable {
  /// The items are plain text.
  case none
  /// Every item has these fields.
  case known([String])
  /// Every item has its own names.
  case perItem

  /// Compares names byte for byte.
  public static func == (left: FieldNames, right: FieldNames) -> Bool {
    switch (left, right) {
    case (.none, .none), (.perItem, .perItem): true
    case (.known(let left), .known(let right)): left.elementsEqual(right, by: OSText.isSame)
    default: false
    }
  }
}

extension Fields {
  /// Returns the members of a JSON object; nil if the bytes are not one.
  public static func members(ofJSON bytes: [UInt8]) -> Fields? {
    try? bytes.withUnsafeBytes { try JSONRecord.parse($0) }
  }
}

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
