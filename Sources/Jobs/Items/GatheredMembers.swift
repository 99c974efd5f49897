import OSText

/// Gathers the members of one JSON object. Of duplicate names the last one counts, as in nearly every JSON library.
struct GatheredMembers {
  private let previous: FieldTable?
  /// All names from the first that differs from the previous record, including those before it; empty until then.
  private var names: [String] = []
  private var positions: [FieldName: Int] = [:]
  private var values: [ByteText?] = []
  private var texts: Set<Int> = []
  private var isAsBefore: Bool

  /// Starts with the names of the previous record, because most records have the same ones.
  init(_ previous: FieldTable?) {
    self.previous = previous
    isAsBefore = previous != nil
    values.reserveCapacity(previous?.names.count ?? 0)
  }

  /// Adds the next member.
  mutating func add(_ name: String, _ value: ByteText?, isString: Bool) {
    if isAsBefore {
      if let previous, values.count < previous.names.count, OSText.isSame(previous.names[values.count], name) {
        return append(value, isString)
      }
      differ()
    }
    if let double = positions[FieldName(name)] {
      values[double] = value
      note(value, isString, at: double)
    } else {
      positions[FieldName(name)] = names.count
      names.append(name)
      append(value, isString)
    }
  }

  /// The fields of the record.
  var fields: Fields {
    let own = isAsBefore ? Array((previous?.names ?? []).prefix(values.count)) : names
    if let previous, previous.isSame(as: own) { return Fields(previous, values, texts: texts) }
    return Fields(FieldTable(own), values, texts: texts)
  }

  private mutating func differ() {
    isAsBefore = false
    names = Array((previous?.names ?? []).prefix(values.count))
    positions = Dictionary(uniqueKeysWithValues: zip(names.lazy.map(FieldName.init), names.indices))
  }

  private mutating func append(_ value: ByteText?, _ isString: Bool) {
    values.append(value)
    note(value, isString, at: values.count - 1)
  }

  /// Remembers strings that could be taken for numbers; others need no note.
  private mutating func note(_ value: ByteText?, _ isString: Bool, at position: Int) {
    if isString, let value, NumberSpelling(value) != nil {
      texts.insert(position)
    } else if !texts.isEmpty {
      texts.remove(position)
    }
  }
}
