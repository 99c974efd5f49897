import ParallelFor

/// The source of the value of a query's parameter, for any database.
enum ParameterSource: Equatable {
  /// The item's text.
  case item
  /// A field by its name, or by its number from 1.
  case field(String)

  /// Returns what to write instead of the braces of a command's template; empty for a query without them.
  static func adviceOnBraces(in query: String, placeholder: String = "?") -> String {
    query.contains("{") ? "; in a query, write \(placeholder) for the item and :name for a field, not {} or {name}" : ""
  }

  /// Returns the source of every parameter of a query.
  ///
  /// - Parameters:
  ///   - names: each parameter as the query writes it, such as `:id`, `?2` or `$2`; nil for a plain one.
  ///   - fields: the fields of the items, as far as they are known.
  ///   - placeholder: how the database's queries write a parameter without a name, for the error.
  /// - Throws: when a parameter has no value; the error lists the names that do.
  static func sources(
    of names: [String?], fields: FieldNames, placeholder: String = "?"
  ) throws(JobError) -> [ParameterSource] {
    guard !names.isEmpty else {
      throw JobError("the query has no parameter for the item: write \(placeholder) or :name where its value belongs")
    }
    let known = fields.table
    var sources: [ParameterSource] = []
    for (position, name) in names.enumerated() {
      // A lone ? is the item; with a number it is the field with that number, even when alone.
      if names.count == 1 && (name == nil || fields == .none) {
        sources.append(.item)
      } else {
        let isNumbered = name?.hasPrefix("?") ?? true
        let field = isNumbered ? String(position + 1) : String((name ?? "").dropFirst())
        try check(field, parameter: name ?? "?", fields: fields, known)
        sources.append(.field(field))
      }
    }
    return sources
  }

  private static func check(
    _ field: String, parameter: String, fields: FieldNames, _ table: FieldTable
  ) throws(JobError) {
    switch fields {
    case .perItem: return
    case .none:
      throw JobError(
        "the query has several parameters (including \(parameter)), but plain lines have one value; use one parameter, "
          + "or items with fields (--format csv, tsv or jsonl)")
    case .known(let known):
      guard table.position(of: field) == nil else { return }
      throw JobError("unknown field \(parameter): the fields are \(known.joined(separator: ", "))")
    }
  }

  /// Returns the value of the parameter for one item: its bytes, nil for NULL, and whether the items file marks it as a
  /// text, as quotes in JSON do.
  ///
  /// - Throws: when the item has no such field.
  func value(of item: Item) throws(Failure) -> (bytes: ByteText?, isText: Bool) {
    guard case .field(let name) = self else { return (item.value, false) }
    guard let fields = item.fields, let position = fields.position(of: name) else {
      throw Failure("the item has no field “\(name)”")
    }
    return (fields.values[position], fields.texts.contains(position))
  }
}
