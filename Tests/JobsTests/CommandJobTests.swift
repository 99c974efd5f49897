import Attempts
import Foundation
import OSText
import ParallelFor
import TestSupport
import Testing

@testable import Jobs

/// Whether a process is gone, or has ended and is not yet reaped by its new parent.
private func isDead(_ process: pid_t) -> Bool {
  if kill(process, 0) == -1 { return true }
  let status = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
  return status.split(separator: ")").last?.hasPrefix(" Z") ?? false
}

/// Runs one item through a job and closes the session.
func runOnce(
  _ job: any Job, _ item: Item = Item("x"), number: Int = 1, cancellation: Cancellation = Cancellation()
) throws -> JobEnding {
  let session = try job.openSession(for: WorkerID(2))
  defer { session.close() }
  return session.run(item, in: ItemContext(item: ItemID(number - 1), worker: WorkerID(2), cancellation: cancellation))
}

extension CapturedBytes {
  var string: String { String(decoding: (try? read(from: 0, count: count)) ?? [], as: UTF8.self) }
}

@Suite(.serialized) struct CommandJobTests {
  private func shell(_ script: String) -> CommandJob {
    CommandJob(Template(arguments: ["sh", "-c", script, "sh", "{}"]))
  }

  @Test(arguments: [
    ("exit 0", Outcome.succeeded), ("exit 3", .failed(Failure("exit status 3"))),
    ("kill -9 $$", .failed(Failure("killed by signal 9 (KILL)"))),
    ("kill -TERM $$", .failed(Failure("killed by signal 15 (TERM)"))),
  ])
  func outcomes(script: String, expected: Outcome) throws {
    #expect(try runOnce(shell(script)).outcome == expected)
  }

  @Test func outputsAreKeptApart() throws {
    let ending = try runOnce(shell("echo out; echo err >&2; cat"))
    #expect(ending.output.string == "out\n")
    #expect(ending.errors.string == "err\n")
  }

  @Test func aCommandThatCannotStartSaysWhy() throws {
    func reason(_ program: String, _ item: Item = Item("x")) throws -> Outcome {
      try runOnce(CommandJob(Template(arguments: [program])), item).outcome
    }
    #expect(try reason("pfor-no-such-command") == .failed(Failure("command not found: pfor-no-such-command")))
    #expect(try reason("/etc/passwd") == .failed(Failure("not executable: /etc/passwd (permission denied)")))
    let huge = Item(String(repeating: "x", count: 3 << 20))
    #expect(try reason("true", huge) == .failed(Failure("argument list too long")))
  }

  /// The exit statuses of a shell that cannot run a program.
  @Test(arguments: [("pfor-no-such-command", 127), ("/etc/no/such", 127), ("/etc/passwd", 126), ("/", 126)])
  func aCommandThatCannotStartHasTheExitStatusOfAShell(program: String, status: Int32) throws {
    let ending = try runOnce(CommandJob(Template(arguments: [program])))
    #expect(ending.process == ProcessEnding(exitStatus: status, cpu: 0))
  }

  @Test(.timeLimit(.minutes(60)), arguments: [SIGSTOP, SIGTTIN]) func aStoppedCommandIsSeenUntilItContinues(
    signal: Int32
  ) throws {
    let folder = try ScratchFolder()
    let name = folder.file("pid")
    let item = ItemID(4_711 + Int(signal))
    let cancellation = Cancellation()
    let looker = Thread {
      let stopped = StoppedCommand(item: item, worker: WorkerID(3), signal: signal)
      guard eventually({ RunningCommands.stopped.contains(stopped) }) else { return cancellation.request(.kill) }
      let process = (try? String(contentsOfFile: name, encoding: .utf8)).flatMap { pid_t($0.dropLast()) }
      kill(process ?? -1, SIGCONT)
      guard eventually({ !RunningCommands.stopped.contains(stopped) }) else { return cancellation.request(.kill) }
    }
    looker.start()
    let job = shell("echo $$ > '\(name)'; kill -\(signal) $$; echo went on")
    let session = try job.openSession(for: WorkerID(3))
    let ending = session.run(Item("x"), in: ItemContext(item: item, worker: WorkerID(3), cancellation: cancellation))
    #expect(ending.output.string == "went on\n")
    #expect(eventually { looker.isFinished })
  }

  static let hostile = [
    "a b", "'", "\"", "it's \"so\"", "$(echo pwned)", "`echo pwned`", "$HOME", "a\nb", "\\", "a\\", "-n", "--help",
    ";rm -rf x", "& echo pwned", "| cat", "> /dev/null", "*", "~", "{}", "#x", "", " ", "é😀", "\u{1b}]52;c;x\u{7}",
  ]

  @Test(arguments: hostile) func hostileItemsArriveAsTheyAre(text: String) throws {
    let item = Item(text)
    let plain = CommandJob(Template(arguments: ["printf", "%s", "{}"]))
    #expect(try runOnce(plain, item).output.string == text)
    for line in [
      "printf %s {}", "printf %s \"{}\"", "printf %s '{}'", "printf %s \"$(printf %s {}; printf x)\" | sed '$s/x$//'",
      "f() { printf %s {}; }; f other", "set -- other; printf %s {}",
    ] {
      #expect(try runOnce(CommandJob(Template(shell: line)), item).output.string == text, "\(line)")
    }
    // If the quotes are misjudged, the value may look different, but it never runs.
    let document = "cat <<END\n'\n{}\nEND"
    #expect(!(try runOnce(CommandJob(Template(shell: document)), item).output.string.contains("\npwned\n")))
    // The shown command can be pasted into a shell and means the same.
    let shown = plain.invocation(of: item, id: ItemID(0), worker: WorkerID(1))
    #expect(try runOnce(shell(shown), item).output.string == text)
  }

  @Test func bytesThatAreNotUTF8Arrive() throws {
    let item = Item(ByteText([0xFF, 0x61, 0xC3]))
    let output = try runOnce(CommandJob(Template(shell: "printf %s {}")), item).output
    #expect(try output.read(from: 0, count: 10) == [0xFF, 0x61, 0xC3])
  }

  /// Programs, arguments and lines of the command line that are not UTF-8.
  @Test func bytesOfTheCommandArrive() throws {
    let word: [UInt8] = [0x63, 0xE9, 0xF4, 0x8F, 0xBA, 0x80, 0xFF]
    let text = OSText.decode(word)
    for template in [
      Template(arguments: ["printf", "%s", "\(text){}"]), Template(shell: "printf %s \(text){}"),
      Template(shell: "printf %s '\(text){}'"),
    ] {
      let output = try runOnce(CommandJob(template)).output
      #expect(try output.read(from: 0, count: 20) == word + [0x78])
    }
    let folder = try ScratchFolder()
    let program = OSText.decode(Array(folder.path.utf8) + [0x2F] + word)
    #expect(OSFile.write(Array("#!/bin/sh\necho ran $1\n".utf8), to: program))
    #expect(chmod(program.osPath, 0o700) == 0)
    #expect(try runOnce(CommandJob(Template(arguments: [program]))).output.string == "ran x\n")
    unlink(program.osPath)
  }

  @Test func theEnvironmentHasNumberAndSlot() throws {
    let script = "echo $PFOR_SEQ $PFOR_SLOT $PARALLEL_SEQ $PARALLEL_JOBSLOT"
    #expect(try runOnce(shell(script), number: 17).output.string == "17 2 17 2\n")
  }

  @Test(arguments: [true, false]) func aMegabyteOnEachStream(outputFirst: Bool) throws {
    let first = "head -c 1048576 /dev/zero"
    let script = outputFirst ? "\(first); \(first) >&2" : "\(first) >&2; \(first)"
    let ending = try runOnce(shell(script))
    #expect(ending.outcome == .succeeded)
    #expect(ending.output.count == 1 << 20)
    #expect(ending.errors.count == 1 << 20)
    #expect(ending.output.memoryFootprint == 0)
  }

  @Test(.timeLimit(.minutes(60))) func aGrandchildThatKeepsThePipeDoesNotHoldTheItem() throws {
    let ending = try runOnce(shell("sleep 1000 & echo $!"))
    #expect(ending.outcome == .succeeded)
    #expect(ending.note == "left a process running")
    Orphans.killAll()
    let grandchild = try #require(pid_t(ending.output.string.trimmingCharacters(in: .newlines)))
    #expect(eventually { isDead(grandchild) })
  }

  @Test(.timeLimit(.minutes(60))) func aGrandchildThatIgnoresTERMIsKilledAtTheEnd() throws {
    let ending = try runOnce(shell("(trap '' TERM; sleep 1000 >/dev/null 2>&1) >/dev/null 2>&1 & echo $!"))
    let grandchild = try #require(pid_t(ending.output.string.trimmingCharacters(in: .newlines)))
    #expect(ending.note == "left a process running")
    Orphans.killAll()
    #expect(eventually { isDead(grandchild) })
  }

  @Test(.timeLimit(.minutes(60)), arguments: [StopUrgency.interrupt, .kill])
  func cancellingEndsTheWholeGroup(urgency: StopUrgency) throws {
    let cancellation = Cancellation()
    cancellation.request(urgency)
    // The request comes before the start, so nothing starts.
    #expect(try runOnce(shell("echo ran"), cancellation: cancellation).output.isEmpty)

    let folder = try ScratchFolder()
    let gate = folder.file("gate")
    try #require(mkfifo(gate, 0o600) == 0)
    let running = Cancellation()
    let reader = Thread {
      // The call returns once the command has opened its end. So the command runs when it is cancelled.
      let descriptor = open(gate, O_RDONLY)
      running.request(urgency)
      close(descriptor)
    }
    reader.start()
    let ending = try runOnce(shell("sleep 1000 & echo $!; exec 3>'\(gate)'; wait"), cancellation: running)
    #expect(ending.outcome == .cancelled)
    Orphans.killAll()
    let grandchild = try #require(pid_t(ending.output.string.trimmingCharacters(in: .newlines)))
    #expect(eventually { isDead(grandchild) })
  }

  /// A command that is starting holds descriptors for which another one may be waiting.
  @Test func whileACommandStartsAnotherOneWaits() {
    let groups = ProcessGroups.shared
    groups.willStart()
    #expect(!groups.isIdle)
    groups.startFailed()
    #expect(groups.isIdle)
  }

  @Test func aFullDiskFailsTheItem() throws {
    let job = CommandJob(
      Template(arguments: ["head", "-c", "200000"]), spillFile: SpillFile(directory: "/no/such/folder"))
    let ending = try runOnce(job, Item("/dev/zero"))
    let expected = "cannot keep the output in /no/such/folder: No such file or directory"
    #expect(ending.outcome == .failed(Failure(expected)))
  }

  @Test func aScriptWithoutInterpreterLineIsTheShells() throws {
    let folder = try ScratchFolder()
    let script = try folder.write(Array("echo \"got $1\"\n".utf8), as: "script")
    try #require(chmod(script, 0o700) == 0)
    #expect(try runOnce(CommandJob(Template(arguments: [script])), Item("a b")).output.string == "got a b\n")
  }

  #if os(Linux)
    @Test func noDescriptorLeaks() throws {
      func openDescriptors() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
      }
      let job = CommandJob(Template(arguments: ["true"]))
      _ = try runOnce(job)
      let before = try openDescriptors()
      for _ in 0..<500 { _ = try runOnce(job) }
      // Other suites run at the same time and hold some descriptors for a while.
      #expect(eventually { ((try? openDescriptors()) ?? .max) < before + 100 })
    }
  #endif
}

@Suite struct SpawnPolicyTests {
  private func decide(_ code: Int32, isThere: Bool = false, lonely: Int = 0, tries: Int = 1) -> SpawnPolicy.Decision {
    SpawnPolicy.decide(
      code: code, program: "p", isThere: isThere, lonelyTries: lonely, tries: tries, descriptorLimit: 64)
  }

  @Test(arguments: [EMFILE, ENFILE, EAGAIN, ENOMEM]) func waitsWhileOthersRun(code: Int32) {
    #expect(decide(code) == .wait(milliseconds: 2))
    #expect(decide(code, tries: 1000) == .wait(milliseconds: 32))
    guard case .fail = decide(code, lonely: SpawnPolicy.lonelyTries) else {
      Issue.record("waits forever although nothing can become free")
      return
    }
  }

  @Test func namesTheLimit() {
    let reason = "no free file descriptor (limit 64): use fewer threads or raise ulimit -n"
    #expect(decide(EMFILE, lonely: SpawnPolicy.lonelyTries) == .fail(StartFailure(reason: reason, exitStatus: nil)))
  }

  @Test func failsAtOnceIfWaitingCannotHelp() {
    #expect(decide(ENOENT) == .fail(StartFailure(reason: "command not found: p", exitStatus: 127)))
    let reason = "not executable: p (the interpreter in its first line does not exist)"
    #expect(decide(ENOENT, isThere: true) == .fail(StartFailure(reason: reason, exitStatus: 126)))
    #expect(decide(E2BIG) == .fail(StartFailure(reason: "argument list too long", exitStatus: 126)))
  }
}
