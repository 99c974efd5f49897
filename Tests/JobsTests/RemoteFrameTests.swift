import Attempts
import ParallelFor
import TestSupport
import Testing

@testable import Jobs

/// Messages between the program and an agent.
@Suite struct RemoteFrameTests {
  private static let job = AgentOrder.Assignment(item: 17, attempt: 2)
  private static let ending = JobEnding(outcome: .failed(Failure("exit status 3\n")), note: "left a process running")

  private static func ended(_ outcome: Outcome) -> AgentReport {
    var ending = JobEnding(outcome: outcome, note: "a\0b")
    ending.process = ProcessEnding(exitStatus: 3, cpu: 7)
    return .ended(job, AgentEnding(ending, duration: 5, outputBytes: 1 << 40, errorBytes: 0))
  }

  private static let reports: [AgentReport] = [
    .hello(AgentIdentity(nonce: "n", node: "n1", step: "4711.3", process: 12)), .beat, .started(job, process: 99),
    .output(job, isError: true, [0, 10, 255]), .output(job, isError: false, []), ended(.succeeded),
    ended(.failed(Failure("é"))), ended(.timedOut), ended(.cancelled),
  ]
  private static let orders: [AgentOrder] = [
    .run(job, slot: 3, arguments: Array("sh\0-c\0\n\0".utf8)), .cancel(job, .interrupt), .cancel(job, .kill), .ping,
    .quit,
  ]

  private func frames(_ bytes: [UInt8], piece: Int, greeting: String? = nil) throws -> [Frame] {
    var reader = FrameReader(greeting: greeting)
    var frames: [Frame] = []
    for start in stride(from: 0, to: bytes.count, by: piece) {
      bytes[start..<min(bytes.count, start + piece)].withUnsafeBytes { reader.append($0) }
      while let frame = try reader.next() { frames.append(frame) }
    }
    return frames
  }

  /// All messages arrive as they were sent, however the pipe cuts them.
  @Test(arguments: [1, 2, 3, 7, 64, 100_000]) func messagesArriveAsTheyWereSent(piece: Int) throws {
    var bytes: [UInt8] = []
    for report in Self.reports { report.frame.append(to: &bytes) }
    #expect(try frames(bytes, piece: piece).map { AgentReport($0) } == Self.reports)
    bytes = []
    for order in Self.orders { order.frame.append(to: &bytes) }
    #expect(try frames(bytes, piece: piece).map { AgentOrder($0) } == Self.orders)
  }

  /// What the system prints before the agent's greeting is skipped, even if it looks like a greeting.
  @Test(arguments: [1, 5, 10_000]) func theGreetingIsFoundAmongOtherLines(piece: Int) throws {
    var bytes = Array("Welcome!\n\nH 1 2\nH 99 5\nwrong\nB 0\nH 1 99999999999\n".utf8)
    AgentReport.hello(AgentIdentity(nonce: "other", node: "x", step: "", process: 1)).frame.append(to: &bytes)
    bytes += Array("no newline in this one ".utf8) + [10]
    let hello = AgentReport.hello(AgentIdentity(nonce: "right", node: "n1", step: "1.0", process: 5))
    hello.frame.append(to: &bytes)
    AgentReport.beat.frame.append(to: &bytes)
    #expect(try frames(bytes, piece: piece, greeting: "right").map { AgentReport($0) } == [hello, .beat])
  }

  @Test(arguments: [
    "X 0\n", "B\n", "B 1 0\n", "O 1 2 0\n", "B -1\n", "B x\n", "B 99999999999\n", "O 1 1 1 2\nabc\n",
    String(repeating: "B", count: 300),
  ]) func somethingElseIsRefused(text: String) {
    #expect(throws: FrameReader.Malformed()) { try frames(Array(text.utf8), piece: 1) }
  }

  /// Random bytes never crash the reader, and give the same whether they arrive at once or one by one.
  @Test func damagedStreams() {
    var random = SeededGenerator(seed: 5)
    var sample: [UInt8] = []
    for report in Self.reports { report.frame.append(to: &sample) }
    for _ in 0..<500 {
      let bytes = random.mutated(sample, tokens: ["\n", " ", "-", "0", "H", "E"])
      let (whole, single) = ((try? frames(bytes, piece: .max / 2)), (try? frames(bytes, piece: 1)))
      #expect((whole == nil) == (single == nil))
      if let whole { #expect(whole.map { AgentReport($0) } == single?.map { AgentReport($0) }) }
    }
  }
}

/// What the program knows of an agent, as time passes.
@Suite struct AgentLinkTests {
  private static let timing = AgentTiming(lease: 20)
  private static let second: Int64 = 1_000_000_000
  private let start = Instant(nanoseconds: 1_000)
  private let job = AgentOrder.Assignment(item: 1, attempt: 1)

  private func idle() -> AgentLink {
    var link = AgentLink(timing: Self.timing, at: start)
    let identity = AgentIdentity(nonce: "n", node: "n1", step: "", process: 1)
    #expect(link.receive(.hello(identity), at: start) == .ping)
    #expect(link.isIdle && link.identity == identity)
    return link
  }

  private func ending(output: Int = 0) -> AgentEnding {
    AgentEnding(JobEnding(outcome: .succeeded), duration: 1, outputBytes: output, errorBytes: 0)
  }

  @Test func anItemOnAnAgent() {
    var link = idle()
    link.assigned(job)
    #expect(link.receive(.started(job, process: 7), at: start) == .none)
    #expect(link.process == 7)
    #expect(link.receive(.output(job, isError: false, [1, 2]), at: start) == .take([1, 2], isError: false))
    #expect(link.receive(.ended(job, ending(output: 2)), at: start) == .finish(ending(output: 2)))
    #expect(link.isIdle)
  }

  /// What belongs to an earlier attempt is dropped.
  @Test func anotherAttemptIsIgnored() {
    var link = idle()
    link.assigned(AgentOrder.Assignment(item: 1, attempt: 2))
    #expect(link.receive(.output(job, isError: false, [1]), at: start) == .none)
    #expect(link.receive(.ended(job, ending()), at: start) == .none)
    #expect(!link.isIdle)
  }

  @Test func missingOutputLosesTheAgent() {
    var link = idle()
    link.assigned(job)
    #expect(link.receive(.ended(job, ending(output: 2)), at: start) == .cutOff)
    #expect(link.loss == "parts of an output did not arrive")
  }

  /// Pings stop when beats do, and the agent is given up when its lease must be over.
  @Test func aSilentAgentIsGivenUp() {
    var link = idle()
    link.assigned(job)
    var pings: [Int64] = []
    var lost: Int64?
    for second in 1...60 where lost == nil {
      switch link.pass(to: start + Int64(second) * Self.second) {
      case .ping: pings.append(Int64(second))
      case .cutOff: lost = Int64(second)
      default: break
      }
    }
    #expect(pings == [1, 2, 3, 4, 5] && lost == 30)
    #expect(link.isQuiet(at: start + 26 * Self.second) && !link.isQuiet(at: start + 25 * Self.second))
  }

  @Test func anAgentInAQueueIsNotGivenUp() {
    var link = AgentLink(timing: Self.timing, at: start)
    #expect(link.pass(to: start + 100_000 * Self.second) == .none)
    #expect(link.state == .starting)
  }

  /// Networks that lose and delay messages at random: while one copy of an item can still run, the program never
  /// considers the item free.
  @Test(arguments: 0..<200) func twoCopiesNeverRunAtTheSameTime(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let step = Self.timing.beat / 4
    var link = idle()
    link.assigned(job)
    var lease = AgentLease(timing: Self.timing, at: start)
    var isAlive = true
    var (toAgent, toProgram): ([Instant], [Instant]) = ([], [])
    var isCut = false
    for tick in 1...600 {
      let now = start + Int64(tick) * step
      if random.next(upperBound: 60 as UInt64) == 0 { isCut.toggle() }
      let delay = Int64(random.next(upperBound: 8 as UInt64)) * step
      if isAlive {
        // A stream keeps its order, so what is sent during a cut arrives late, not never.
        if !isCut {
          toAgent.removeAll { arrival in
            if arrival <= now { lease.heard(at: now) }
            return arrival <= now
          }
        }
        if lease.isOver(at: now) { isAlive = false } else if lease.beatIsDue(at: now) { toProgram.append(now + delay) }
      }
      if link.loss == nil {
        if !isCut {
          toProgram.removeAll { arrival in
            if arrival <= now { _ = link.receive(.beat, at: now) }
            return arrival <= now
          }
        }
        switch link.pass(to: now) {
        case .ping: toAgent.append(now + delay)
        case .cutOff: toAgent = []  // The launcher is killed, and what it had not sent is gone.
        default: break
        }
      }
      if link.loss != nil, link.isQuiet(at: now) {
        #expect(!isAlive, "the agent lives at tick \(tick)")
        return
      }
    }
  }
}

/// The command that starts an agent.
@Suite struct EngineTests {
  @Test(
    arguments: [
      ("exec:env", false, [], ["env", "agent", "--x"]),
      ("exec:ssh -q host", true, ["n1"], ["ssh", "-q", "host", "agent", "--x"]),
      (
        "slurm", true, [],
        ["srun", "-N1", "-n1", "--quiet", "--exact", "-c1", "--mem=0", "-W0", "--immediate=10", "agent", "--x"]
      ),
      (
        "slurm:-p short -c4", false, ["n1", "n2"],
        ["srun", "-N1", "-n1", "--job-name=pfor-tui", "-c1", "--exclude=n1,n2", "-p", "short", "-c4", "agent", "--x"]
      ),
    ] as [(String, Bool, [String], [String])])
  func commands(name: String, isAllocated: Bool, excluded: [String], expected: [String]) throws {
    #expect(try Engine(name).command(["agent", "--x"], isAllocated: isAllocated, excluding: excluded) == expected)
  }

  @Test(arguments: ["", "exec", "exec:", "exec: ", "pbs", "Slurm"]) func otherNamesAreRefused(name: String) {
    #expect(throws: JobError.self) { try Engine(name) }
  }

  @Test(arguments: [
    ("srun: job 5 queued and waiting for resources", Engine.Remark.queued),
    ("srun: error: Node failure on n2", .lostNode),
    ("srun: error: Unable to create step for job 1: Requested nodes are busy", .noFreeSlot), ("hello", .other),
  ]) func remarks(line: String, remark: Engine.Remark) throws {
    #expect(try Engine("slurm").remark(line) == remark)
    #expect(try Engine("exec:env").remark(line) == .other)
  }
}
