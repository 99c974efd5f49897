import Foundation
import TestSupport
import Testing

@testable import OSText

/// Values in TSV, CSV and JSON can be read back.
@Suite struct EscapedTextTests {
  private typealias Append = (UnsafeRawBufferPointer, inout [UInt8]) -> Void

  private static func text(_ bytes: [UInt8], _ append: Append) -> [UInt8] {
    var text: [UInt8] = []
    bytes.withUnsafeBytes { append($0, &text) }
    return text
  }

  @Test(
    arguments: [
      ("", "", "", "\"\""), ("a b", "a b", "a b", "\"a b\""), ("a,b", "a,b", "\"a,b\"", "\"a,b\""),
      ("\"", "\"", "\"\"\"\"", #""\"""#), ("\\\t", #"\\\t"#, "\\\t", #""\\\t""#),
      ("a\r\nb", #"a\r\nb"#, "\"a\r\nb\"", #""a\r\nb""#),
      ("\u{1}é\u{7F}", "\u{1}é\u{7F}", "\u{1}é\u{7F}", #""\u0001é\u007f""#),
    ])
  func textsAreEscaped(text: String, tsv: String, csv: String, json: String) {
    let bytes = Array(text.utf8)
    #expect(Self.text(bytes) { EscapedText.appendTSV($0, to: &$1) } == Array(tsv.utf8))
    #expect(Self.text(bytes) { EscapedText.appendCSV($0, to: &$1) } == Array(csv.utf8))
    #expect(Self.text(bytes) { EscapedText.appendJSON($0, to: &$1) } == Array(json.utf8))
  }

  @Test(arguments: 0..<200) func anyBytesAreJSON(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
    let json = Self.text(bytes) { EscapedText.appendJSON($0, to: &$1) }
    #expect(!json.contains { $0 < 0x20 })
    let read = try JSONSerialization.jsonObject(with: Data(json), options: .fragmentsAllowed) as? String
    #expect(read.map { Array($0.utf8) } == Array(String(decoding: bytes, as: UTF8.self).utf8))
  }
}
