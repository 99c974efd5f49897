import Jobs
import Testing

/// The values in the rows that a query writes.
@Suite struct RowTextTests {
  @Test(arguments: [
    (RowFormat.tsv, "1\tx y\t", ["id=1", "name=x y", "n="]),
    (.tsv, "1\t2", []),
    (.csv, #"1,"a,""b""",2"#, ["id=1", #"name=a,"b""#, "n=2"]),
    (.csv, #"1,"open"#, []),
    (.json, #"{"q":1,"r":null,"s":"\u0041\n"}"#, ["q=1", "r=", "s=A\n"]),
    (.json, "{\"q\":", []),
  ])
  func aRowIsSplit(format: RowFormat, line: String, values: [String]) {
    let text = RowText(format, columns: ["id", "name", "n"])
    #expect(text.values(of: line).map { "\($0.name)=\($0.value)" } == values)
  }

  @Test func withoutNamesOnlySeveralValuesAreARow() {
    #expect(RowText(.tsv).values(of: "one").isEmpty)
    #expect(RowText(.tsv).values(of: "1\t2").map(\.value) == ["1", "2"])
    #expect(RowText(.tsv, columns: ["count(*)"]).values(of: "3").map(\.name) == ["count(*)"])
  }
}
