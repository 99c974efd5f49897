package import Dashboard
import ParallelFor

/// What the archive keeps of an item itself.
package struct ArchivedItem: Equatable {
  /// A named part of a record.
  package struct Field: Equatable {
    /// The field's name.
    package var name: String
    /// Its value byte for byte; nil for a missing one.
    package var value: [UInt8]?

    package init(name: String, value: [UInt8]?) {
      self.name = name
      self.value = value
    }
  }

  /// The item byte for byte; a stranger's text.
  package var text: [UInt8]
  /// Its fields; none when it is just a text.
  package var fields: [Field]

  package init(text: [UInt8], fields: [Field] = []) {
    self.text = text
    self.fields = fields
  }

  /// The text for screens: at most ``FinishedItem/maximumLabelLength`` bytes, cut between characters.
  package var label: String { Self.label(of: text) }

  /// The first of the bytes as text, cut between characters.
  static func label(of text: [UInt8]) -> String {
    let limit = FinishedItem.maximumLabelLength
    guard text.count > limit else { return String(decoding: text, as: UTF8.self) }
    var label = String(decoding: text.prefix(limit), as: UTF8.self)
    // The cut may have split the last character, or lengthened the text by what replaces the split bytes.
    if !label.isEmpty { label.removeLast() }
    while label.utf8.count > limit { label.removeLast() }
    return label
  }

  /// The fields for a person to read.
  package var shownFields: [ItemDetail.Field] {
    fields.map { field in
      ItemDetail.Field(name: field.name, value: field.value.map { String(decoding: $0, as: UTF8.self) } ?? "null")
    }
  }
}
