import CTerminalGuard
import Testing

#if canImport(Glibc)
  @preconcurrency import Glibc
#elseif canImport(Darwin)
  @preconcurrency import Darwin
#endif

/// Returns the next byte of a pipe, within a minute.
private func nextByte(_ descriptor: Int32) -> UInt8? {
  var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
  // The awaited signal also interrupts the wait.
  while poll(&polled, 1, 60_000) < 0, errno == EINTR {}
  var byte: UInt8 = 0
  return read(descriptor, &byte, 1) == 1 ? byte : nil
}

/// Sends the process a signal and waits up to a minute for its effect. This thread may block the signal.
private func die(of number: Int32) -> Never {
  kill(getpid(), number)
  poll(nil, 0, 60_000)
  exit(0)
}

@Suite struct TerminalGuardTests {
  /// Runs in a separate process, so that the handlers of the test's process stay unchanged.
  @Test func signalsArriveAsBytes() async {
    await #expect(processExitsWith: .exitCode(7)) {
      let signals = [SIGUSR1, SIGWINCH]
      let descriptor = tg_signal_pipe_open(signals, 2, 0)
      let arrived = signals.map { sent in
        kill(getpid(), sent)
        return nextByte(descriptor) == UInt8(sent)
      }
      tg_signal_pipe_close()
      exit(arrived == [true, true] ? 7 : 1)
    }
  }

  @Test func closingThePipeGivesSignalsTheirFormerMeaning() async {
    await #expect(processExitsWith: .signal(SIGUSR1)) {
      _ = tg_signal_pipe_open([SIGUSR1], 1, 0)
      tg_signal_pipe_close()
      die(of: SIGUSR1)
    }
  }

  @Test(arguments: [SIGHUP, SIGINT, SIGQUIT, SIGTSTP]) func ignoredSignalsStayIgnored(number: Int32) async {
    await #expect(processExitsWith: .exitCode(7)) { [number] in
      signal(number, SIG_IGN)
      let descriptor = tg_signal_pipe_open([number], 1, 0)
      guard tg_signal_is_taken(number) == 0 else { exit(1) }
      kill(getpid(), number)
      // Another signal, sent later, arrives first only if the hang-up never arrives.
      _ = tg_signal_pipe_open([SIGUSR2], 1, 0)
      kill(getpid(), SIGUSR2)
      exit(nextByte(descriptor) == UInt8(SIGUSR2) ? 7 : 1)
    }
  }

  @Test func signalsThatOthersCatchStayTheirs() async {
    await #expect(processExitsWith: .exitCode(7)) {
      signal(SIGALRM) { _ in _exit(7) }
      _ = tg_signal_pipe_open([SIGALRM, SIGPROF], 2, 1)
      guard tg_signal_is_taken(SIGALRM) == 0, tg_signal_is_taken(SIGPROF) != 0 else { exit(1) }
      die(of: SIGALRM)
    }
  }

  @Test func onlySignalsThatEndTheProgramAreCounted() async {
    await #expect(processExitsWith: .exitCode(7)) {
      let signals = [SIGTERM, SIGWINCH, SIGCONT, SIGUSR1, SIGQUIT]
      let descriptor = tg_signal_pipe_open(signals, Int32(signals.count), 0)
      for number in signals {
        kill(getpid(), number)
        guard nextByte(descriptor) == UInt8(number) else { exit(1) }
      }
      exit(tg_signal_endings() == 2 ? 7 : 2)
    }
  }

  @Test func capturedErrorsAreWrittenAtTheEnd() async throws {
    let result = await #expect(processExitsWith: .exitCode(7), observing: [\.standardErrorContent]) {
      tg_stderr_capture()
      write(STDERR_FILENO, "kept", 4)
      tg_stderr_release()
      write(STDERR_FILENO, " then", 5)
      exit(7)
    }
    let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    #expect(text.contains("kept then"))
  }

  #if os(Linux)
    /// The controlling end of a new pseudoterminal also has modes.
    @Test(arguments: [SIGABRT, SIGSEGV, SIGSYS]) func aFatalSignalWritesCapturedErrors(number: Int32) async throws {
      let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [number] in
        let descriptor = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        guard tg_guard_save(descriptor) == 0 else { exit(1) }
        signal(number, SIG_DFL)
        tg_stderr_capture()
        tg_guard_arm("reset", 5)
        write(STDERR_FILENO, "last words", 10)
        die(of: number)
      }
      let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
      #expect(text.contains("last words"))
    }
  #endif
}
