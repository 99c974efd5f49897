import SQLite
import TestSupport
import Testing

@Suite struct SQLiteStatementTests {
  private let folder: ScratchFolder
  private let connection: SQLiteConnection

  init() throws {
    folder = try ScratchFolder()
    connection = try SQLiteConnection(.file("\(folder.path)/data"), access: .readWrite, patience: 0)
  }

  /// Bound values come back unchanged, whatever was bound before.
  @Test func valuesComeBack() throws {
    var generator = SeededGenerator(seed: 7)
    // More than the 64 parameters whose NULLs are tracked.
    let count = 70
    let places = (0..<count).map { _ in "?" }.joined(separator: ", ")
    let statement = try connection.prepare("SELECT \(places)")
    for round in 0..<50 {
      let values = (0..<count).map { _ in Value.random(using: &generator) }
      for (place, value) in values.enumerated() { value.bind(to: statement, at: place) }
      #expect(try statement.advance())
      for (place, value) in values.enumerated() { value.check(statement, at: place) }
      if round.isMultiple(of: 3) { statement.finish() } else { statement.reset() }
    }
    statement.finish()
    #expect(try statement.advance())
    #expect((0..<count).allSatisfy { statement.isNull($0) && statement.kind($0) == .null })
  }

  private enum Value {
    case null
    case integer(Int64)
    case real(Double)
    case text([UInt8])
    case blob([UInt8])

    static func random(using generator: inout SeededGenerator) -> Value {
      let bytes = (0..<Int.random(in: 0...3, using: &generator)).map { _ in UInt8.random(in: 1...255, using: &generator)
      }
      switch Int.random(in: 0..<6, using: &generator) {
      case 0: return .integer(.random(in: .min ... .max, using: &generator))
      case 1: return .real(.random(in: -1...1, using: &generator))
      case 2: return .text(bytes)
      case 3: return .blob(bytes)
      default: return .null
      }
    }

    func bind(to statement: SQLiteStatement, at place: Int) {
      switch self {
      case .null: statement.bindNull(at: place)
      case .integer(let value): statement.bind(value, at: place)
      case .real(let value): statement.bind(real: value, at: place)
      case .text(let bytes): bytes.withUnsafeBytes { _ = statement.bind(copying: $0, as: .text, at: place) }
      case .blob(let bytes): bytes.withUnsafeBytes { _ = statement.bind(copying: $0, as: .blob, at: place) }
      }
    }

    func check(_ statement: SQLiteStatement, at place: Int) {
      switch self {
      case .null:
        #expect(statement.kind(place) == .null && statement.optionalInteger(place) == nil)
        #expect(statement.optionalText(place) == nil && statement.optionalBytes(place) == nil)
      case .integer(let value):
        #expect(statement.kind(place) == .integer && statement.optionalInteger(place) == value)
        #expect(statement.text(place) == "\(value)")
      case .real(let value): #expect(statement.kind(place) == .real && statement.real(place) == value)
      case .text(let bytes):
        #expect(statement.kind(place) == .text && Array(statement.rawText(place)) == bytes)
        #expect(statement.text(place) == String(decoding: bytes, as: UTF8.self))
      case .blob(let bytes): #expect(statement.kind(place) == .blob && statement.optionalBytes(place) == bytes)
      }
    }
  }

  @Test func aValueThatIsTooLongIsNotBound() throws {
    let statement = try connection.prepare("SELECT ?")
    // The length is checked before the bytes are read.
    let isBound = withUnsafeBytes(of: 0) { byte in
      statement.bind(
        borrowing: UnsafeRawBufferPointer(start: byte.baseAddress, count: 1 << 40), as: .blob, at: 0)
    }
    #expect(!isBound)
    #expect(statement.error.code == .tooBig)
  }

  @Test func anExistingRowIsNoError() throws {
    try connection.execute("CREATE TABLE t(v INTEGER PRIMARY KEY, w NOT NULL)")
    let insert = try connection.prepare("INSERT INTO t VALUES(?, 1)")
    insert.bind(5, at: 0)
    #expect(try insert.executeUnlessPresent())
    #expect(try !insert.executeUnlessPresent())
    insert.bind("no number", at: 0)
    #expect(throws: SQLiteError.self) { try insert.executeUnlessPresent() }
    #expect(throws: SQLiteError.self) { try insert.execute() }
    insert.bind(6, at: 0)
    try insert.execute()
    #expect(try connection.integer("SELECT count(*) FROM t") == 2)
  }

  @Test func aStatementKnowsItsParametersAndColumns() throws {
    let statement = try connection.prepare("SELECT :a AS x, ?3 AS \"y z\", $a, ?")
    #expect(statement.parameterNames == [":a", nil, "?3", "$a", nil])
    #expect(statement.columnNames == ["x", "y z", "$a", "?"])
    #expect(statement.isReadOnly)
    try connection.execute("CREATE TABLE t(v)")
    #expect(try !connection.prepare("DELETE FROM t").isReadOnly)
  }

  @Test func textAfterTheFirstStatementIsReturned() throws {
    let (first, rest) = try connection.prepareFirst(of: "SELECT 'é'; SELECT 2")
    #expect(first != nil && rest == " SELECT 2")
    #expect(try connection.prepareFirst(of: "-- nothing").statement == nil)
    #expect(try connection.prepareFirst(of: "").statement == nil)
  }

  @Test func changedTablesAreSeenInTheFirstStep() throws {
    try connection.execute("CREATE TABLE t(v); INSERT INTO t VALUES(1)")
    let statement = try connection.prepare("SELECT * FROM t")
    let before = statement.preparations
    #expect(try statement.advance())
    #expect(statement.preparations == before)
    statement.reset()
    try connection.execute("ALTER TABLE t ADD COLUMN w")
    #expect(try statement.advance())
    #expect(statement.preparations == before + 1)
    #expect(statement.columnNames == ["v", "w"])
  }
}
