import Attempts
import Foundation
import ParallelFor
import Testing

@testable import RunStore

@Suite struct RunExportTests {
  private let folder: RunFolder

  init() throws {
    folder = try RunFolder()
    let recorder = try folder.begin()
    recorder.record(RunChange(time: Self.start, kind: .sessionBegan, value: 2))
    let first = RecordedItem(number: 1, text: .text("a,\"b\"\n"), fields: bytes(#"{"x":"1"}"#))
    recorder.record(first, attempt(1, .failed(Failure("exit status 3")), exitStatus: 3), isFinal: false)
    recorder.record(first, attempt(2, .succeeded, exitStatus: 0), output: .text("größe \"1\"\n"))
    let killed = EndedAttempt(
      worker: 2, start: Self.start + 5_000_000, latency: 2_000_500, outcome: .timedOut, wait: 1_000,
      process: ProcessEnding(signal: 15, cpu: 2_000_000, peakMemory: 4_096), note: "left a process running",
      reasons: [Reason(.io, subject: "DataFileRead", detail: "3 of 4 samples", time: 2_000_500), Reason(.cpu)])
    recorder.record(RecordedItem(number: 2, text: .bytes([0x62, 0xFF, 0x09, 0x1B])), killed, errors: .bytes([0xC3]))
    recorder.recordTotal(2)
    recorder.record(RunChange(time: Self.start + 9_000_000, kind: .sessionEnded, value: 1))
    #expect(recorder.finish(.finished, exitCode: 1, at: Self.start + 9_000_000) == nil)
  }

  private static let start: Int64 = 1_700_000_000_000_000_000

  private func attempt(_ number: Int, _ outcome: Outcome, exitStatus: Int32) -> EndedAttempt {
    EndedAttempt(
      attempt: number, worker: 1, start: Self.start + Int64(number) * 1_000_000, latency: 1_500_000, outcome: outcome,
      process: ProcessEnding(exitStatus: exitStatus))
  }

  private func export(_ form: RunExport) throws -> String {
    var all: [UInt8] = []
    try form.export(RunReader(path: folder.file)) { all += $0 }
    return String(decoding: all, as: UTF8.self)
  }

  @Test func joblog() throws {
    #expect(
      try export(.joblog) == """
        Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand
        1\t:\t1700000000.002\t     0.001\t0\t12\t0\t0\ta,"b"\\n
        2\t:\t1700000000.005\t     0.002\t0\t0\t-1\t15\tb\u{FFFD}\\t\u{1B}

        """)
  }

  @Test func csv() throws {
    let lines = [
      "number,item,outcome,reason,attempts,worker,start,wait,latency,exit_status,signal,cpu,peak_memory,note,why,node,output,errors",
      "1,\"a,\"\"b\"\"\n\",succeeded,,2,1,2023-11-14T22:13:20.002Z,,0.001500000,0,,,,,,,\"größe \"\"1\"\"\n\",",
      "2,b\u{FFFD}\t\u{1B},timed out,,1,2,2023-11-14T22:13:20.005Z,0.000001000,0.002000500,,15,0.002000000,4096,"
        + "left a process running,\"IO: DataFileRead, 3 of 4 samples\",,,\"\u{FFFD}\"",
    ]
    #expect(try export(.csv) == lines.map { $0 + "\r\n" }.joined())
  }

  @Test func json() throws {
    let lines = [
      #"{"number":1,"item":"a,\"b\"\n","fields":{"x":"1"},"attempts":2,"outcome":"succeeded","worker":1,"#
        + #""start":"2023-11-14T22:13:20.002Z","latency":0.001500000,"exit_status":0,"output":"größe \"1\"\n","errors":""}"#,
      #"{"number":2,"item":"b"# + "\u{FFFD}" + #"\t\u001b","attempts":1,"outcome":"timed out","worker":2,"#
        + #""start":"2023-11-14T22:13:20.005Z","latency":0.002000500,"wait":0.000001000,"signal":15,"cpu":0.002000000,"#
        + #""peak_memory":4096,"note":"left a process running","why":"IO: DataFileRead, 3 of 4 samples","reasons":[{"kind":"io","#
        + #""subject":"DataFileRead","detail":"3 of 4 samples","time":0.002000500},{"kind":"cpu"}],"output":"","errors":""#
        + "\u{FFFD}" + #""}"#,
      #"{"run":"run-1","title":"echo {}","kind":"command","source":"items.txt","directory":"/somewhere","#
        + #""command":["echo","{}"],"created":"2023-11-14T22:13:20.000Z","ended":"2023-11-14T22:13:20.009Z","#
        + #""exit_code":1,"finished":true,"total":2,"succeeded":1,"failed":0,"timed_out":1,"cancelled":0}"#,
    ]
    #expect(try export(.json) == lines.map { $0 + "\n" }.joined())
  }

  @Test func trace() throws {
    let lines = [
      #"{"displayTimeUnit":"ms","traceEvents":["#,
      #"{"name":"process_name","ph":"M","pid":1,"tid":0,"args":{"name":"pfor-tui echo {}"}},"#,
      #"{"name":"threads","ph":"C","pid":1,"tid":0,"ts":0.000,"args":{"threads":2}},"#,
      #"{"name":"session ended","ph":"i","pid":1,"tid":0,"ts":9000.000,"s":"g"},"#,
      #"{"name":"thread_name","ph":"M","pid":1,"tid":1,"args":{"name":"worker 1"}},"#,
      #"{"name":"a,\"b\"\n","ph":"X","pid":1,"tid":1,"cat":"failed","ts":1000.000,"dur":1500.000,"#
        + #""args":{"number":1,"attempt":1,"outcome":"failed","reason":"exit status 3"}},"#,
      #"{"name":"a,\"b\"\n","ph":"X","pid":1,"tid":1,"cat":"succeeded","ts":2000.000,"dur":1500.000,"#
        + #""args":{"number":1,"attempt":2,"outcome":"succeeded"}},"#,
      #"{"name":"thread_name","ph":"M","pid":1,"tid":2,"args":{"name":"worker 2"}},"#,
      #"{"name":"b"# + "\u{FFFD}" + #"\t\u001b","ph":"X","pid":1,"tid":2,"cat":"timed out","ts":5000.000,"#
        + #""dur":2000.500,"args":{"number":2,"attempt":1,"outcome":"timed out"}}"#,
      "]}",
    ]
    #expect(try export(.trace) == lines.map { $0 + "\n" }.joined())
  }

  @Test func everyLineOfJSONIsJSON() throws {
    for form in [RunExport.json, .events] {
      for line in try export(form).split(separator: "\n") {
        #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(line.utf8)) }
      }
    }
    #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(export(.trace).utf8)) }
  }

  @Test func eventsBeginWithTheirSchema() throws {
    let lines = try export(.events).split(separator: "\n").map(String.init)
    #expect(
      lines[0] == #"{"event":"run began","time":"2023-11-14T22:13:20.000Z","schema":"pfor-tui.events","version":1,"#
        + #""run":"run-1","title":"echo {}","source":"items.txt"}"#)
    #expect(
      lines[3] == #"{"event":"attempt ended","time":"2023-11-14T22:13:20.002Z","number":1,"item":"a,\"b\"\n","#
        + #""attempt":1,"outcome":"failed","reason":"exit status 3","worker":1,"start":"2023-11-14T22:13:20.001Z","#
        + #""latency":0.001500000,"exit_status":3,"output_bytes":0,"error_bytes":0}"#)
    #expect(lines.count == 6)
  }

  /// One item succeeded, one was stopped, and one waits for its next attempt.
  @Test func itemsThatHaveNotEndedForGoodAreInNoLog() throws {
    let folder = try RunFolder()
    let recorder = try folder.begin()
    for (number, outcome) in [(1, Outcome.succeeded), (2, .cancelled), (3, .timedOut)] {
      recorder.record(RecordedItem(number: number, text: .text("a")), .example(outcome), isFinal: number != 3)
    }
    #expect(recorder.finish(.interrupted, exitCode: 130, at: Self.start) == nil)
    let reader = try RunReader(path: folder.file)
    var (jobs, events) = ("", "")
    try RunExport.joblog.export(reader) { jobs += String(decoding: $0, as: UTF8.self) }
    try RunExport.events.export(reader) { events += String(decoding: $0, as: UTF8.self) }
    #expect(jobs.split(separator: "\n").map { $0.prefix { $0 != "\t" } } == ["Seq", "1"])
    let ends = events.split(separator: "\n").dropFirst().map { $0.contains("\"item ended\"") }
    #expect(ends == [true, false, false])
  }

  @Test func charactersAreNotSplitBetweenPieces() {
    let text = Array("aé作😀".utf8) + [0xFF, 0x41, 0xE4, 0xBD]
    for cut in 0...text.count {
      var split = CharacterSplit()
      var all = ""
      for piece in [text[..<cut], text[cut...]] {
        piece.withUnsafeBytes { all += String(decoding: split.whole($0), as: UTF8.self) }
      }
      all += String(decoding: split.rest, as: UTF8.self)
      #expect(all == String(decoding: text, as: UTF8.self), "cut at \(cut)")
    }
  }
}
