/// The named parts of one record; all records of a file with a header share the names.
public final class Fields: Sendable, Equatable {
  /// The names in the order of the file.
  public let names: [String]
  /// The values, as many as names; nil is JSON's `null`.
  public let values: [ByteText?]

  /// Makes the fields of a record; there must be as many values as names.
  public init(names: [String], values: [ByteText?]) {
    precondition(names.count == values.count, "\(names.count) names for \(values.count) values")
    self.names = names
    self.values = values
  }

  /// The position of the field that `name` means: a field's name, or its number from 1.
  public func position(of name: String) -> Int? { Fields.position(of: name, in: names) }

  /// The position in `names` that `name` means: one of them, or a number from 1; a name goes before a number.
  static func position(of name: String, in names: [String]) -> Int? {
    if let position = names.firstIndex(of: name) { return position }
    guard let number = Int(name), (1...max(1, names.count)).contains(number), !names.isEmpty else { return nil }
    return number - 1
  }

  /// Equal names and equal values.
  public static func == (left: Fields, right: Fields) -> Bool {
    left === right || (left.names == right.names && left.values == right.values)
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
}

extension Fields {
  /// The members of a JSON object; nil if the bytes are none.
  public static func members(ofJSON bytes: [UInt8]) -> Fields? {
    try? bytes.withUnsafeBytes { try JSONRecord.parse($0) }
  }
}
