import Foundation
import ParallelFor
import TestSupport
import Testing

@testable import Jobs

/// What a running command has written can be read before it ends.
@Suite(.serialized) struct LiveOutputTests {
  @Test func theOutputOfARunningCommandIsReadable() throws {
    let folder = try Sandbox()
    try folder.run("mkfifo gate")
    let job = CommandJob(Template(shell: "echo early; echo bad >&2; read x < \(folder.path)/gate; echo late #{}"))
    let number = 4_711
    let ended = Gate()
    let thread = Thread {
      _ = try? runOnce(job, number: number)
      ended.open()
      ended.wait()
    }
    thread.start()
    let id = ItemID(number - 1)
    #expect(eventually { RunningCommands.live(id, limit: 100)?.errors.count == 4 })
    let live = try #require(RunningCommands.live(id, limit: 3))
    #expect(live.output.head == Array("ear".utf8) && live.output.tail == Array("ly\n".utf8) && live.output.count == 6)
    #expect(live.process > 0)
    try folder.run("echo go > gate")
    #expect(ended.waitForArrivals(1))
    #expect(RunningCommands.live(id, limit: 100) == nil)
  }

  @Test func whatSpillsIsReadable() throws {
    var buffer = CaptureBuffer(spillFile: SpillFile())
    let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0) }
    for start in stride(from: 0, to: bytes.count, by: 1_000) {
      try Array(bytes[start..<start + 1_000]).withUnsafeBytes { try buffer.append($0) }
    }
    #expect(buffer.count == bytes.count)
    for (start, count) in [(0, 10), (65_000, 2_000), (199_990, 100), (0, 300_000), (250_000, 5)] {
      #expect(buffer.read(from: start, count: count) == Array(bytes.dropFirst(start).prefix(count)))
    }
  }
}
