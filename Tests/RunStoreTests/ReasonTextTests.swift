import Attempts
import TestSupport
import Testing

@Suite struct ReasonTextTests {
  @Test func reasonsReadBackAsTheyWereWritten() {
    var random = SeededGenerator(seed: 19)
    let texts = ["", "transactionid", "a\tb", "c\\t\n", "\r\\", "← pid 4711", "größe"]
    for _ in 0..<500 {
      let reasons = (0..<Int.random(in: 0...4, using: &random)).map { _ in
        Reason(
          Reason.Kind.allCases.randomElement(using: &random) ?? .cpu,
          subject: texts.randomElement(using: &random) ?? "",
          detail: texts.randomElement(using: &random) ?? "", remedy: texts.randomElement(using: &random) ?? "",
          time: Bool.random(using: &random) ? nil : Int64.random(in: 0...Int64.max, using: &random))
      }
      let text = ReasonText.encode(reasons)
      #expect((text == nil) == reasons.isEmpty)
      #expect(ReasonText.decode(text ?? "") == reasons)
    }
  }

  /// A newer program may know more kinds and more parts.
  @Test func foreignLinesAreLeftOut() {
    #expect(
      ReasonText.decode("moon\tx\t\t\t\nlock\tx\ty\tz\t5\tmore\nlock\tx") == [
        Reason(.lock, subject: "x", detail: "y", remedy: "z", time: 5)
      ])
    #expect(ReasonText.decode("cpu\t\t\t\t-4") == [Reason(.cpu)])
    #expect(ReasonText.decode("cpu\t\t\t\\") == [])
  }

  /// The words of the kinds are in run files.
  @Test func theKindsAreTheReleasedOnes() {
    #expect(
      Reason.Kind.allCases.map(\.rawValue) == [
        "lock", "lwlock", "buffer-pin", "io", "ipc", "extension", "cpu", "sleep", "client", "full-scan", "index-scan",
        "automatic-index", "sort", "many-rows", "busy", "run-queue", "network", "disk", "pipe", "children", "thread",
        "file-lock",
      ])
  }

  @Test func wordsNameTheSubjectAndTheRest() {
    let lock = Reason(.lock, subject: "transactionid", detail: "← pid 4711, psql, idle in transaction 3 m")
    #expect(lock.words == "Lock: transactionid ← pid 4711, psql, idle in transaction 3 m")
    #expect(lock.shared == "Lock: transactionid")
    #expect(Reason(.io, subject: "DataFileRead").words == "IO: DataFileRead")
    #expect(Reason(.fullScan, subject: "orders", detail: "300,000 rows").words == "full scan of orders, 300,000 rows")
    #expect(Reason(.sleep, subject: "pg_sleep").words == "sleeps (pg_sleep)")
    #expect(Reason(.cpu).words == "on CPU" && Reason(.client).words == "waits for pfor-tui")
  }
}
