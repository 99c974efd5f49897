import Dashboard
import Screen
import Themes

/// The columns of records in a given room. Short columns are shown in full, and the long ones share the rest.
struct RecordColumns {
  struct Column {
    let name: String
    let width: Int
    let isNumber: Bool
  }

  private static let gap = 2
  /// The most columns that a value takes.
  private static let widest = 60
  /// The least columns in which a value can be recognized.
  private static let narrowest = 4

  /// The columns that have room, from the first one on.
  let columns: [Column]

  init(_ shape: RecordShape, room: Int) {
    let wanted = shape.columns.map(Self.wanted)
    let count = min(wanted.count, max(1, (room + Self.gap) / (Self.narrowest + Self.gap)))
    let widths = Room.shared(Array(wanted.prefix(count)), room: room - Self.gap * (count - 1))
    columns = zip(shape.columns, widths).map { Column(name: $0.name, width: $1, isNumber: $0.isNumber) }
  }

  private static func wanted(_ column: RecordShape.Column) -> Int {
    min(widest, max(narrowest, column.width, TextWidth.columns(of: column.name)))
  }

  /// Returns the room in which nothing is cut.
  static func wanted(_ shape: RecordShape) -> Int { shape.columns.reduce(-gap) { $0 + wanted($1) + gap } }

  /// Draws the names of the columns, or one value in each.
  func draw(_ texts: [String], _ role: ThemeRole, with cursor: inout RowCursor, of grid: inout CellGrid) {
    for (index, (text, column)) in zip(texts, columns).enumerated() {
      if index > 0 { cursor.skip(Self.gap) }
      if column.isNumber {
        cursor.right(text, width: column.width, role, to: &grid)
      } else {
        cursor.left(text, width: column.width, role, to: &grid)
      }
    }
  }
}

/// The division of a row among columns.
enum Room {
  /// Returns a width for each wish. While the room is short, the smallest wishes are granted, and the others share the
  /// rest equally.
  static func shared(_ wishes: [Int], room: Int) -> [Int] {
    var rest = max(0, room)
    var widths = wishes.map { _ in 0 }
    let order = wishes.indices.sorted { (wishes[$0], $0) < (wishes[$1], $1) }
    for (position, index) in order.enumerated() {
      widths[index] = min(wishes[index], rest / (order.count - position))
      rest -= widths[index]
    }
    return widths
  }
}
