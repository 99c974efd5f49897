import GRDBSQLite
import ParallelFor

/// Where the value of one parameter of a query comes from.
enum ParameterSource: Equatable {
  /// The item's text.
  case item
  /// A field by its name, or by its number from 1.
  case field(String)

  /// Decides for every parameter of a query.
  ///
  /// - Parameters:
  ///   - names: each parameter as it stands in the query, such as `:id` or `?2`; nil for a plain `?`.
  ///   - fields: what is known of the items.
  /// - Throws: when a parameter has no value, with the names that would have one.
  static func sources(
    of names: [String?], fields: FieldNames
  ) throws(SQLiteJobError) -> [ParameterSource] {
    guard !names.isEmpty else {
      throw SQLiteJobError("the query has no parameter for the item: write ? or :name where its value belongs")
    }
    let isOnly = names.count == 1
    var sources: [ParameterSource] = []
    for (position, name) in names.enumerated() {
      let isAnonymous = name?.hasPrefix("?") ?? true
      if isOnly && (isAnonymous || fields == .none) {
        sources.append(.item)
      } else {
        let field = isAnonymous ? String(position + 1) : String((name ?? "").dropFirst())
        try check(field, parameter: name ?? "?", fields: fields)
        sources.append(.field(field))
      }
    }
    return sources
  }

  private static func check(_ field: String, parameter: String, fields: FieldNames) throws(SQLiteJobError) {
    switch fields {
    case .perItem: return
    case .none:
      throw SQLiteJobError(
        "the query has several parameters (\(parameter) among them) and plain lines have one value: use one parameter, "
          + "or items with fields (--format csv, tsv or jsonl)")
    case .known(let known):
      guard Fields.position(of: field, in: known) == nil else { return }
      throw SQLiteJobError("unknown field \(parameter): the fields are \(known.joined(separator: ", "))")
    }
  }

  /// The value for one item; nil is NULL.
  func value(of item: Item) throws(Failure) -> ByteText? {
    guard case .field(let name) = self else { return item.value }
    guard let fields = item.fields, let position = fields.position(of: name) else {
      throw Failure("the item has no field “\(name)”")
    }
    return fields.values[position]
  }
}

extension ByteText {
  /// The integer that the text is when it is written as an integer is usually written: no sign but `-`, no leading
  /// zeros (so that a postal code `01234` stays a text), within 64 bits.
  var canonicalInteger: Int64? {
    withBytes { bytes in
      guard (1...20).contains(bytes.count) else { return nil }
      let isNegative = bytes[0] == UInt8(ascii: "-")
      let digits = bytes.dropFirst(isNegative ? 1 : 0)
      guard let first = digits.first else { return nil }
      if first == UInt8(ascii: "0") && (digits.count > 1 || isNegative) { return nil }
      var value: Int64 = 0
      for byte in digits {
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
        let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
        let digit = Int64(byte - UInt8(ascii: "0"))
        let (sum, sumOverflow) =
          isNegative ? shifted.subtractingReportingOverflow(digit) : shifted.addingReportingOverflow(digit)
        if overflow || sumOverflow { return nil }
        value = sum
      }
      return value
    }
  }
}
