import Jobs
import ParallelForDashboard

extension ArchivedItem {
  /// What is kept of an item.
  init(_ item: Item) {
    let fields = item.fields.map { fields in
      zip(fields.names, fields.values).map { Field(name: $0, value: $1?.bytes) }
    }
    self.init(text: item.bytes, fields: fields ?? [])
  }
}

extension Item {
  /// The item as it was before it was kept.
  init(_ kept: ArchivedItem) {
    let fields = Fields(names: kept.fields.map(\.name), values: kept.fields.map { $0.value.map { ByteText($0) } })
    self.init(ByteText(kept.text), fields: kept.fields.isEmpty ? nil : fields)
  }
}

extension CapturedBytes: ArchivedBytes {}
