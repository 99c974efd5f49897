import OSText

/// The named parts of one record; all records of a file with a header share the names.
public final class Fields: Sendable, Equatable {
  let table: FieldTable
  /// The values, as many as names; nil is JSON's `null`.
  public let values: [ByteText?]
  /// The positions of values that look like numbers and are texts, as JSON's quotes say.
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

  /// The position of the field that `name` means: a field's name, or its number from 1.
  public func position(of name: String) -> Int? { table.position(of: name) }

  /// Equal names and equal values.
  public static func == (left: Fields, right: Fields) -> Bool {
    left === right || (left.table.isSame(as: right.names) && left.values == right.values && left.texts == right.texts)
  }
}

/// What is known before the run about the fields of its items.
public enum FieldNames: Sendable, Equatable {
  /// The items are plain text.
  case none
  /// Every item has these fields.
  case known([String])
  /// Every item brings its own names.
  case perItem

  /// The same names, byte for byte.
  public static func == (left: FieldNames, right: FieldNames) -> Bool {
    switch (left, right) {
    case (.none, .none), (.perItem, .perItem): true
    case (.known(let left), .known(let right)): left.elementsEqual(right, by: OSText.isSame)
    default: false
    }
  }
}

extension Fields {
  /// The members of a JSON object; nil if the bytes are none.
  public static func members(ofJSON bytes: [UInt8]) -> Fields? {
    try? bytes.withUnsafeBytes { try JSONRecord.parse($0) }
  }
}
