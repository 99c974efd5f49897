import GRDB
import TestSupport
import Testing

@testable import Jobs

@Suite struct NumberSpellingTests {
  @Test(
    arguments: [
      ("0", .integer(0), true, true), ("-1", .integer(-1), true, true), ("-0", .integer(0), false, false),
      ("9223372036854775807", .integer(.max), true, true), ("-9223372036854775808", .integer(.min), true, true),
      ("9223372036854775808", .real(9_223_372_036_854_775_808), false, false), ("1.5", .real(1.5), true, true),
      ("40.0", .real(40), true, true), ("40.", .real(40), false, true), (".5", .real(0.5), false, true),
      ("4e1", .real(40), false, true), ("1E+2", .real(100), false, true), ("-4e-1", .real(-0.4), false, true),
      ("1.10", .real(1.1), false, true), ("1e400", .real(.infinity), false, false), ("1e-400", .real(0), false, false),
      ("-0.0", .real(-0.0), false, false), ("0.0", .real(0), true, true), ("0.0001", .real(0.0001), true, true),
      ("0.00001", .real(0.00001), false, true), ("0.30000000000000004", .real(0.1 + 0.2), false, false),
    ] as [(String, NumberSpelling.Value, Bool, Bool)])
  func numbers(text: String, value: NumberSpelling.Value, isCanonical: Bool, isFaithful: Bool) throws {
    let number = try #require(NumberSpelling(.text(text)))
    #expect(number.value == value)
    #expect(number.isCanonical == isCanonical)
    #expect(number.isFaithful == isFaithful)
  }

  @Test(arguments: [
    "", "-", ".", "-.", "e1", "1e", "1e+", "01", "-01", "007", "00.5", "+1", " 1", "1 ", "1.5.5", "0x10", "1_000",
    "1,5",
    "Inf", "nan", "1e5x", "--1", "٣",
  ])
  func texts(text: String) { #expect(NumberSpelling(.text(text)) == nil) }

  /// A text that looks like a number has the value that SQLite gives it. SQLite writes canonical ones in the same way.
  @Test func asSQLiteHasIt() throws {
    let queue = try DatabaseQueue()
    var random = SeededGenerator(seed: 41)
    func digits(_ most: Int) -> String {
      (0..<Int.random(in: 0...most, using: &random)).map { _ in "\("000123456789".randomElement(using: &random) ?? "0")"
      }
      .joined()
    }
    for _ in 0..<20_000 {
      var text = (Bool.random(using: &random) ? "" : "-") + digits(20)
      if Bool.random(using: &random) { text += "." + digits(20) }
      if Int.random(in: 0..<4, using: &random) == 0 {
        text += ["e", "E", "e+", "e-"].randomElement(using: &random) ?? "e"
      }
      if text.lowercased().contains("e") { text += digits(3) }
      guard let number = NumberSpelling(.text(text)) else { continue }
      let (written, isSame) = try queue.read { database in
        let row = try Row.fetchOne(
          database, sql: "SELECT CAST(\(text) AS TEXT), \(text) = ?", arguments: [bound(number)])
        return (row?[0] as String?, row?[1] as Bool?)
      }
      // SQLite's own reading of many digits is not exact to the last bit.
      if number.isFaithful { #expect(isSame == true, "\(text)") }
      if number.isCanonical { #expect(written == text) }
    }
  }

  private func bound(_ number: NumberSpelling) -> any DatabaseValueConvertible {
    switch number.value {
    case .integer(let integer): integer
    case .real(let real): real
    }
  }
}
