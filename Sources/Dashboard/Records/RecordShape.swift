/// The columns that the records of a list share: their names, and the room that their values have needed so far.
///
/// The room only grows, so that columns rarely move.
package struct RecordShape: Equatable, Sendable {
  package struct Column: Equatable, Sendable {
    package let name: String
    /// The length of the longest value in bytes of UTF-8. These are rarely fewer than its columns, and cheap to count.
    package fileprivate(set) var width = 0
    /// Whether all values so far were numbers.
    package fileprivate(set) var isNumber = true
  }

  /// The columns in the order of the first record.
  package private(set) var columns: [Column] = []

  package init() {}

  package var isEmpty: Bool { columns.isEmpty }

  /// Whether a record has these columns.
  package func fits(_ record: [ItemDetail.Field]) -> Bool {
    !columns.isEmpty && record.count == columns.count && zip(record, columns).allSatisfy { $0.name == $1.name }
  }

  /// Takes the values of a record. The first record decides which columns there are, and others are ignored.
  package mutating func note(_ record: [ItemDetail.Field]) {
    if columns.isEmpty { columns = record.map { Column(name: $0.name) } }
    guard fits(record) else { return }
    for (index, field) in record.enumerated() where !field.value.isEmpty {
      columns[index].width = max(columns[index].width, field.value.utf8.count)
      if columns[index].isNumber, !Self.isNumber(field.value) { columns[index].isNumber = false }
    }
  }

  private static func isNumber(_ text: String) -> Bool {
    text.utf8.contains { 0x30...0x39 ~= $0 } && text.utf8.allSatisfy { 0x30...0x39 ~= $0 || "+-.eE".utf8.contains($0) }
  }
}
