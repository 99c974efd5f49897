import Attempts
package import Dashboard
import ParallelFor

/// An item as the archive keeps it.
package struct ArchivedItem: Equatable {
  /// A named part of a record.
  package struct Field: Equatable {
    /// The field's name.
    package var name: String
    /// Its value, byte for byte; nil if missing.
    package var value: [UInt8]?

    package init(name: String, value: [UInt8]?) {
      self.name = name
      self.value = value
    }
  }

  /// The item, byte for byte; untrusted text.
  package var text: [UInt8]
  /// Its fields; none when it is only a text.
  package var fields: [Field]

  package init(text: [UInt8], fields: [Field] = []) {
    self.text = text
    self.fields = fields
  }

  /// The text for screens: at most ``FinishedItem/maximumLabelLength`` bytes, cut between characters.
  package var label: String { text.withUnsafeBufferPointer { FinishedItem.label(of: $0) } }

  /// The fields as text for the user.
  package var shownFields: [ItemDetail.Field] {
    fields.map { field in
      ItemDetail.Field(name: field.name, value: field.value.map { String(decoding: $0, as: UTF8.self) } ?? "null")
    }
  }
}
