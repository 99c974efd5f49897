/// The value that is bound to a parameter of a query.
enum BoundValue: Equatable {
  case null
  case integer(Int64)
  case real(Double)
  case text(ByteText)

  /// Decides how to bind a value of an item.
  ///
  /// - Parameters:
  ///   - value: the item or a field; nil is NULL.
  ///   - isText: whether the items file marks the value as a text, as quotes in JSON do.
  ///   - use: how the query uses the parameter.
  init(_ value: ByteText?, isText: Bool, for use: ParameterUse) {
    guard let value else {
      self = .null
      return
    }
    guard !isText, let number = NumberSpelling(value), use.takes(number) else {
      self = .text(value)
      return
    }
    switch number.value {
    case .integer(let integer): self = .integer(integer)
    case .real(let real): self = .real(real)
    }
  }

  /// The value in SQL notation, for people to read.
  var literal: String {
    switch self {
    case .null: "NULL"
    case .integer(let integer): "\(integer)"
    case .real(let real): real.isFinite ? "\(real)" : real < 0 ? "-9e999" : "9e999"
    case .text(let text):
      "'\(text.description.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''"))'"
    }
  }
}
