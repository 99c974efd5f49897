import Testing

@testable import ParallelForDashboard

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// Every signal has its row in the table, and is handled as the table says.
@Suite struct SignalTableTests {
  /// Signals that have no effect, that nobody can handle, or that the shell needs.
  private static let left: Set<Int32> = [SIGKILL, SIGSTOP, SIGPIPE, SIGCHLD, SIGURG, SIGTTIN, SIGTTOU]

  #if os(Linux)
    @Test func everySignalIsInOneRow() {
      let meant = SignalTable.meant.map(\.number)
      for number in 1...64 as ClosedRange<Int32> where number != 32 && number != 33 {
        let rows = [
          meant.contains(number), SignalTable.ending.contains(number), SignalTable.faults.contains(number),
          Self.left.contains(number),
        ]
        #expect(rows.count { $0 } == 1, "\(number)")
      }
    }
  #endif

  @Test(arguments: SignalTable.ending) func aSignalThatEndsProgramsIsARequestAndThenTakesEffect(number: Int32) async {
    await #expect(processExitsWith: .signal(number)) { [number] in
      guard let descriptor = try? Signals.open() else { exit(1) }
      kill(getpid(), number)
      var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      while poll(&polled, 1, 60_000) < 0, errno == EINTR {}
      guard Signals.take(from: descriptor) == [.end(number)], Signals.endings == 1 else { exit(2) }
      Signals.takeEffect(ofStatus: 128 + number)
      exit(3)
    }
  }

  @Test func quittingHasItsEffectToo() async {
    await #expect(processExitsWith: .signal(SIGQUIT)) { Signals.takeEffect(ofStatus: 128 + SIGQUIT) }
  }

  @Test(arguments: [0, 1, 101, 124, 129, 130, 143, 141, 255] as [Int32])
  func otherStatusesAreNoSignals(status: Int32) async {
    await #expect(processExitsWith: .exitCode(7)) { [status] in
      Signals.takeEffect(ofStatus: status)
      exit(7)
    }
  }
}
