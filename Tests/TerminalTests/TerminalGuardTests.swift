import CTerminalGuard
import Testing

#if canImport(Glibc)
  @preconcurrency import Glibc
#elseif canImport(Darwin)
  @preconcurrency import Darwin
#endif

/// The next byte of a pipe, within ten seconds.
private func nextByte(_ descriptor: Int32) -> UInt8? {
  var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
  // A signal that is being waited for also interrupts the waiting.
  while poll(&polled, 1, 10_000) < 0, errno == EINTR {}
  var byte: UInt8 = 0
  return read(descriptor, &byte, 1) == 1 ? byte : nil
}

/// Sends the process a signal and gives it ten seconds to take effect. The thread itself may be one that blocks it.
private func die(of number: Int32) -> Never {
  kill(getpid(), number)
  poll(nil, 0, 10_000)
  exit(0)
}

@Suite struct TerminalGuardTests {
  /// In a process of its own: the handlers of the test's process stay as they are.
  @Test func signalsArriveAsBytes() async {
    await #expect(processExitsWith: .exitCode(7)) {
      let signals = [SIGUSR1, SIGWINCH]
      let descriptor = tg_signal_pipe_open(signals, 2)
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
      _ = tg_signal_pipe_open([SIGUSR1], 1)
      tg_signal_pipe_close()
      die(of: SIGUSR1)
    }
  }

  @Test func anIgnoredHangUpStaysIgnored() async {
    await #expect(processExitsWith: .exitCode(7)) {
      signal(SIGHUP, SIG_IGN)
      let descriptor = tg_signal_pipe_open([SIGHUP], 1)
      kill(getpid(), SIGHUP)
      // Another signal, sent later, arrives first only if the hang-up never does.
      _ = tg_signal_pipe_open([SIGUSR2], 1)
      kill(getpid(), SIGUSR2)
      exit(nextByte(descriptor) == UInt8(SIGUSR2) ? 7 : 1)
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
    /// The multiplexer's end of a new pseudo-terminal is terminal enough to have modes.
    @Test(arguments: [SIGABRT, SIGSEGV, SIGQUIT]) func aFatalSignalWritesCapturedErrors(number: Int32) async throws {
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
