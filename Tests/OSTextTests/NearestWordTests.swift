import OSText
import Testing

@Suite struct NearestWordTests {
  @Test(arguments: [
    ("ech", "echo"), ("sl", "ls"), ("resum", "resume"), ("reusme", "resume"), ("shwo", "show"), ("curll", "curl"),
    ("pyhton3", "python3"), ("ehco", "echo"),
  ])
  func aMistakeOrTwoAreForgiven(typed: String, meant: String) {
    let words = ["echo", "ls", "resume", "runs", "show", "curl", "python3", "tac"]
    #expect(NearestWord.of(typed, among: words) == meant)
  }

  @Test(arguments: ["", "x", "orders.txt", "eo", "abcd"]) func aWordThatIsFarFromAllHasNone(typed: String) {
    #expect(NearestWord.of(typed, among: ["echo", "resume", "show", "l"]) == nil)
  }

  @Test func theCommonBeginningDecidesBetweenEquals() {
    #expect(NearestWord.of("ech", among: ["tech", "ecc", "echo"]) == "echo")
  }
}
