import Jobs
import ParallelForDashboard

extension ArchivedItem {
  /// The parts of an item that the archive keeps.
  init(_ item: Item) {
    let fields = item.fields.map { fields in
      zip(fields.names, fields.values).map { Field(name: $0, value: $1?.bytes) }
    }
    self.init(text: item.bytes, fields: fields ?? [])
  }
}

extension Item {
  /// Restores an item from the archive.
  init(_ kept: ArchivedItem) {
    guard !kept.fields.isEmpty else {
      self.init(ByteText(kept.text))
      return
    }
    let fields = Fields(names: kept.fields.map(\.name), values: kept.fields.map { $0.value.map { ByteText($0) } })
    // A JSON object also shows which of its values are strings.
    let members = Fields.members(ofJSON: kept.text).flatMap {
      $0.names == fields.names && $0.values == fields.values ? $0 : nil
    }
    self.init(ByteText(kept.text), fields: members ?? fields)
  }
}
