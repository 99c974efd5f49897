package import Attempts

/// An item whose attempt is recorded, and its place in the run file.
package struct RecordedItem: Sendable {
  package var place: ItemPlace
  /// The entry of the items file, byte for byte.
  package var text: CapturedBytes
  /// The entry's fields as a JSON object (see ``FieldsText``); nil for plain lines.
  package var fields: [UInt8]?

  /// Makes an item that is not yet in a run file.
  ///
  /// - Parameter number: the item's number in the items file, from 1.
  package init(number: Int, text: CapturedBytes, fields: [UInt8]? = nil) {
    self.init(ItemPlace(number: number), text: text, fields: fields)
  }

  @inlinable
  package init(_ place: ItemPlace, text: CapturedBytes, fields: [UInt8]? = nil) {
    self.place = place
    self.text = text
    self.fields = fields
  }
}

/// The place of an item in a run file.
package struct ItemPlace: Sendable, Hashable {
  /// The item's number in the items file, from 1.
  package var number: Int
  /// The row of the item: its number, unless ``EarlierItems`` says otherwise.
  package var row: Int64
  /// The number of attempts in earlier sessions.
  package var earlierAttempts: Int

  /// Makes the place of an item in a run that was never resumed.
  package init(number: Int) {
    self.number = number
    row = Int64(number)
    earlierAttempts = 0
  }

  package init(number: Int, row: Int64, earlierAttempts: Int = 0) {
    self.number = number
    self.row = row
    self.earlierAttempts = earlierAttempts
  }
}
