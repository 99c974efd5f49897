import Attempts
import ParallelFor
import Testing

@testable import Jobs

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Why a command took its time, from made-up looks at its processes.
@Suite struct CommandReasonsTests {
  private static let second: Int64 = 1_000_000_000

  /// A process with a processor time and a delay in milliseconds.
  private func process(
    _ number: Int32, start: UInt64 = 1, cpu: Int64 = 0, delay: Int64? = nil, memory: Int64 = 0,
    _ wait: ProcessWait? = nil
  ) throws -> ProcessReading {
    let text = "\(number) (x) S 1 1 1 0 -1 0 0 0 0 0 \(cpu) 0 0 0 20 0 1 0 \(start) 0 \(memory) 0"
    var process = try #require(ProcessReading(text, tick: 1_000_000, page: 1))
    process.runDelay = delay.map { $0 * 1_000_000 }
    process.wait = wait
    return process
  }

  @Test func theStatisticsOfAProcess() throws {
    let text = "77 (a ) S (b\n) c) D 1 77 77 0 -1 4194560 9 8 7 6 100 20 30 4 20 0 3 0 5555 1000 12 1844\n"
    let process = try #require(ProcessReading(text, tick: 10_000_000, page: 4_096))
    #expect(process.id == ProcessReading.ID(process: 77, start: 5_555))
    #expect(process.state == "D")
    #expect(process.cpu == 1_540_000_000)
    #expect(process.memory == 12 * 4_096)
    #expect(process.threads == 3)
    for bad in ["", "77", "77 (a)", "77 (a) S 1", "x (a) S 1 77 77 0 -1 0 0 0 0 0 1 1 1 1 20 0 1 0 5 1 1"] {
      #expect(ProcessReading(bad, tick: 1, page: 1) == nil)
    }
  }

  private func wait(_ call: String?, state: Character = "S") -> ProcessWait? {
    WaitReading(state: state, call: call, target: { _ in nil }, peer: { _ in nil }, descriptors: { [] }).wait
  }

  @Test func whatASystemCallWaitsFor() {
    let targets = [0: "/dev/null", 3: "socket:[50]", 4: "pipe:[9]", 5: "/dev/pts/3", 6: "socket:[51]", 7: "/tmp/f"]
    func wait(_ kind: SystemWait, _ first: Int = 0, _ second: Int = 0, _ open: [Int: String]? = nil) -> ProcessWait? {
      let open = open ?? targets
      return WaitReading(
        state: "S", call: nil, target: { open[$0] }, peer: { [50: "10.0.0.5:5432", 60: "10.0.0.6:80"][$0] },
        descriptors: { open.keys.sorted() }
      ).wait(kind, [first, second])
    }
    #expect(wait(.input, 3) == .network("10.0.0.5:5432"))
    #expect(wait(.input, 4) == .pipe("its input pipe"))
    #expect(wait(.output, 4) == .pipe("its output pipe"))
    #expect(wait(.input, 5) == .pipe("a terminal"))
    #expect(wait(.input, 6) == .network("a local socket"))
    #expect(wait(.input, 7) == nil)
    #expect(wait(.input, 99) == nil)
    #expect(wait(.poll, 1, 0) == .sleep)
    #expect(wait(.poll, 1, 1) == .network("10.0.0.5:5432"))
    #expect(wait(.poll, 1, 1, [0: "/dev/null"]) == nil)
    #expect(wait(.epoll, 5, 0, [1: "socket:[50]", 2: "socket:[60]"]) == .network("the network"))
    #expect(wait(.select, 0) == .sleep)
    #expect(wait(.sleep) == .sleep)
    #expect(wait(.children) == .children)
    #expect(wait(.thread) == .thread)
    #expect(wait(.fileLock) == .fileLock)
    #expect(wait(.unknown) == nil)
  }

  @Test func textsThatSayNothing() {
    #expect(wait(nil, state: "D") == .disk)
    for call in ["running", "-1 0x7f 0x7f", "", "x", nil] { #expect(wait(call) == nil) }
    #expect(wait("0 0x3 0x0 0x0 0x0 0x0 0x0 0x7f 0x7f", state: "R") == nil)
    #expect(wait("0 0x3 0x0 0x0 0x0 0x0 0x0 0x7f 0x7f", state: "T") == nil)
  }

  @Test func theOtherEndOfASocket() {
    let header = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
    func peer(_ address: String) -> String? {
      SocketTable.peer(
        of: 42, in: header + "   0: 0100007F:1538 \(address) 01 00000000:00000000 00:00000000 00000000 0 0 42 1 0\n")
    }
    #expect(peer("0500000A:1538") == "10.0.0.5:5432")
    #expect(peer("00000000:0000") == nil)
    #expect(peer("B80D01200000000000000000010000000:0050") == nil)
    #expect(peer("B80D0120000000000000000001000000:0050") == "[2001:db8::1]:80")
    #expect(peer("0000000000000000FFFF00000500000A:0050") == "10.0.0.5:80")
    #expect(peer("00000000000000000000000001000000:0050") == "[::1]:80")
    #expect(peer("garbage") == nil)
    #expect(SocketTable.peer(of: 43, in: header) == nil)
  }

  /// The time of a child moves to its parent when the parent has waited for it. It counts once, and never falls.
  @Test func timeOfTheTree() throws {
    var usage = CommandUsage()
    usage.add([try process(1, cpu: 100), try process(2, cpu: 400, memory: 70)], at: Self.second)
    #expect(usage.cpu == 500_000_000)
    usage.add([try process(1, cpu: 520)], at: 2 * Self.second)
    #expect(usage.cpu == 520_000_000)
    usage.add([try process(1, cpu: 120)], at: 3 * Self.second)
    #expect(usage.cpu == 520_000_000)
    usage.add([], at: 4 * Self.second)
    #expect(usage.cpu == 520_000_000)
    #expect(usage.memory == 70)
    #expect(usage.looks == 3)
  }

  /// A number that is used again belongs to another process.
  @Test func delaysOfProcessesAreAdded() throws {
    var usage = CommandUsage()
    usage.add([try process(1, delay: 10), try process(2, delay: 300)], at: Self.second)
    usage.add([try process(1, delay: 20), try process(2, start: 9, delay: 50)], at: 2 * Self.second)
    usage.add([try process(1, delay: 20), try process(2, start: 9, delay: 50)], at: 3 * Self.second)
    #expect(usage.runDelay == 370_000_000)
    #expect(usage.noteDelay(25_000_000, of: ProcessReading.ID(process: 1, start: 1)) == 5_000_000)
    #expect(usage.runDelay == 375_000_000)
  }

  @Test func reasonsOfShortCommands() {
    func words(_ wall: Int64, _ cpu: Int64?) -> [String] {
      CommandReasons.reasons(wall: wall * 1_000_000, cpu: cpu.map { $0 * 1_000_000 }, usage: nil).map(\.words)
    }
    #expect(words(49, 49).isEmpty)
    #expect(words(60, 50) == ["on CPU"])
    #expect(words(60, 40).isEmpty)
    #expect(words(600, nil).isEmpty)
    #expect(words(500, 1_200) == ["on CPU, 2.4 cores"])
  }

  @Test func theTimeIsDivided() throws {
    var usage = CommandUsage()
    for look in 0...9 {
      let wait: ProcessWait? = look < 6 ? .network("10.0.0.5:5432") : look < 9 ? .sleep : nil
      usage.add([try process(1, cpu: 100, delay: 1_000, wait)], at: Self.second + Int64(look) * Self.second)
    }
    let reasons = CommandReasons.reasons(wall: 11 * Self.second, cpu: 100_000_000, usage: usage)
    #expect(reasons.map(\.shared) == ["waits for 10.0.0.5:5432", "sleeps"])
    let sum = reasons.compactMap(\.time).reduce(0, +)
    #expect(sum <= 10 * Self.second && sum > 8 * Self.second)
    let delayed = CommandReasons.reasons(wall: 4 * Self.second, cpu: 2 * Self.second, usage: usage)
    #expect(delayed.map(\.words) == ["on CPU", "ready, no core free"])
    #expect(delayed.map(\.time) == [2 * Self.second, Self.second])
  }

  @Test func fewLooksTellNothingOfWaits() throws {
    var usage = CommandUsage()
    usage.add([try process(1, .sleep)], at: Self.second)
    usage.add([try process(1, .sleep)], at: Self.second + 100_000_000)
    #expect(CommandReasons.reasons(wall: 1_200_000_000, cpu: 0, usage: usage).isEmpty)
    usage.add([try process(1, .sleep)], at: Self.second + 200_000_000)
    #expect(CommandReasons.reasons(wall: 1_300_000_000, cpu: 0, usage: usage).map(\.words) == ["sleeps"])
  }

  @Test func whatItDoesNow() throws {
    var usage = CommandUsage()
    usage.add(
      [try process(1, .children), try process(2, .pipe("its input pipe")), try process(3, .sleep)], at: Self.second)
    #expect(usage.now?.words == "sleeps")
    usage.add([try process(1, cpu: 900)], at: 2 * Self.second)
    #expect(usage.now?.words == "on CPU")
    usage.add([try process(1, cpu: 1_000, delay: 800)], at: 3 * Self.second)
    #expect(usage.now?.words == "ready, no core free")
    usage.add([try process(1, cpu: 1_000, delay: 800)], at: 4 * Self.second)
    #expect(usage.now == nil)
  }
}

#if os(Linux)
  /// Commands that really wait. Each takes two seconds.
  @Suite struct SlowCommandTests {
    private func reasons(_ line: String, _ program: String = "/bin/sh") throws -> [Reason] {
      let template = Template(arguments: [program, "-c", line])
      return try runOnce(CommandJob(template)).reasons
    }

    /// Whether the system shows what a process waits for.
    static var tellsWaits: Bool { ProcessFiles.text("/proc/self/syscall") != nil }

    @Test func aShortCommandHasNoReason() throws { #expect(try reasons("exit 0").isEmpty) }

    @Test(
      .enabled(if: tellsWaits),
      arguments: [
        ("exec sleep 2", "sleeps"), ("sleep 2; true", "sleeps"), ("sleep 2 | cat", "sleeps"),
        ("exec >/dev/null 2>&1; sleep 2; true", "sleeps"),
      ])
    func whatCommandsWaitFor(line: String, words: String) throws {
      let reasons = try reasons("cd /tmp; \(line)")
      #expect(reasons.first?.words == words)
      #expect(reasons.first?.time ?? 0 >= 1_000_000_000)
    }

    /// Another processor may be busy, so it may wait for one too.
    @Test func aCommandThatComputes() throws {
      let reasons = try reasons("t=$(($(date +%s) + 3)); while [ $(date +%s) -lt $t ]; do :; done")
      #expect(reasons.allSatisfy { ![.sleep, .network, .fileLock, .thread].contains($0.kind) })
    }

    @Test(.enabled(if: tellsWaits)) func aCommandThatWaitsForAnotherMachine() throws {
      let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      defer { close(listener) }
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      var size = socklen_t(MemoryLayout<sockaddr_in>.size)
      let port = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
          bind(listener, pointer, size) == 0 && listen(listener, 1) == 0 && getsockname(listener, pointer, &size) == 0
        }
      }
      try #require(port)
      let number = UInt16(bigEndian: address.sin_port)
      let reasons = try reasons("exec 3<>/dev/tcp/127.0.0.1/\(number); timeout 2 cat <&3; true", "/bin/bash")
      #expect(reasons.first?.words == "waits for 127.0.0.1:\(number)")
    }
  }
#endif
