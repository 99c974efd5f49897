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
  package var label: String { Self.label(of: text) }

  /// Returns the first bytes as text, cut between characters.
  static func label(of text: [UInt8]) -> String {
    let limit = FinishedItem.maximumLabelLength
    guard text.count > limit else { return String(decoding: text, as: UTF8.self) }
    var label = String(decoding: text.prefix(limit), as: UTF8.self)
    // The cut may have split the last character, and the replacement of its bytes may have lengthened the text.
    if !label.isEmpty { label.removeLast() }
    while label.utf8.count > limit { label.removeLast() }
    return label
  }

  /// The fields as text for the user.
  package var shownFields: [ItemDetail.Field] {
    fields.map { field in
      ItemDetail.Field(name: field.name, value: field.value.map { String(decoding: $0, as: UTF8.self) } ?? "null")
    }
  }
}
