import RunStore
import TestSupport
import Testing

/// The built program is ended by signals at random moments and resumed to its end. No item is lost or doubled.
///
/// ``SettledSessionTests`` tries far more schedules with a made-up job. These tests use processes and signals.
@Suite struct EndedEarlyTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  @Test(arguments: 0..<6) func aResumedRunEndsAsIfNothingHadDisturbedIt(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let items = Int.random(in: 3...12, using: &random)
    try sandbox.write((1...items).map { "\($0)\n" }.joined(), to: "ids")
    try sandbox.write(Self.job, to: "job")
    let retries = Int.random(in: 0...2, using: &random)
    let delay = ["0ms", "30ms", "120ms"].randomElement(using: &random) ?? "0ms"
    let options =
      "-j\(Int.random(in: 1...4, using: &random)) --retries \(retries) --retry-delay \(delay) --grace 100ms"
    var commands = ["pfor-tui ids --no-tui -q --run run -o out --joblog log \(options) -- sh job {} \(retries)"]
    commands += [String](repeating: "pfor-tui resume run --no-tui -q", count: 6)
    var wasKilled = false
    for (session, command) in commands.enumerated() {
      let signal = session < 4 ? ["INT", "TERM", "HUP", "KILL"].randomElement(using: &random) : nil
      wasKilled = wasKilled || signal == "KILL"
      if try run(command, until: signal, after: Int.random(in: 20...400, using: &random)) { break }
    }
    try judge(items, wasKilled)
  }

  /// An item whose number is divisible by 4 always fails. One whose number is divisible by 3 fails until its last
  /// attempt. Attempts are counted by appending to a file, because after a kill the attempt of the killed session may
  /// continue beside the next one.
  private static let job = """
    echo >> n$1; n=$(wc -l < n$1); echo $1 >> begun; sleep 0.0$(($1 % 7))
    case $(($1 % 4)),$(($1 % 3)) in 0,*) echo bad $1; exit 1;; *,0) [ $n -gt $2 ] || { echo bad $1; exit 1; };; esac
    echo ok $1

    """

  /// - Returns: whether the run has ended.
  private func run(_ command: String, until signal: String?, after milliseconds: Int) throws -> Bool {
    // A signal before the start of the first item may arrive before there is a run.
    let begun = "while kill -0 $! && [ ! -e begun ]; do sleep 0.01; done"
    let pause = "sleep \(Double(milliseconds) / 1_000)"
    let stop = signal.map { "& \(begun); \(pause); kill -\($0) $! 2>/dev/null; wait $!" } ?? ""
    let ending = try sandbox.run("exec 2>&1; \(command) \(stop)")
    let state = try RunReader(path: "\(sandbox.path)/run").record().state
    let failed = (try? RunReader(path: "\(sandbox.path)/run").record().counts.unsuccessful) ?? 0
    // A kill may arrive after the end of the run is recorded and before the program ends.
    let isKilled = signal == "KILL" && ending.status == 137
    if state == .finished, !isKilled { #expect(ending.status == Int32(failed), "\(ending.output)") }
    return state == .finished
  }

  private func judge(_ items: Int, _ wasKilled: Bool) throws {
    let isBad = { (item: Int) in item % 4 == 0 }
    let record = try RunReader(path: "\(sandbox.path)/run").record()
    #expect(record.state == .finished)
    #expect(record.counts.failed == (1...items).count(where: isBad) && record.counts.done == items)
    #expect(sandbox.read("out") == (1...items).map { "\(isBad($0) ? "bad" : "ok") \($0)\n" }.joined())
    let logged = sandbox.read("log").split(separator: "\n").dropFirst().map { $0.prefix { $0 != "\t" } }
    #expect(Set(logged).count == logged.count)
    // A kill may take lines from the log. `export` still has them.
    if !wasKilled { #expect(logged.count == items) }
  }
}
