import TestSupport
import Testing

@testable import Jobs

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A program that cannot be started is found before the first item.
@Suite struct ProgramCheckTests {
  private func problem(_ words: String...) -> String? {
    do throws(JobError) {
      try CommandJob(Template(arguments: words)).checkProgram()
      return nil
    } catch {
      return error.description
    }
  }

  @Test func aProgramThatCanStartPasses() {
    #expect(problem("echo", "{}") == nil)
    #expect(problem("/bin/sh", "-c", "x") == nil)
    #expect(problem("{}") == nil)
    #expect(problem("./scripts/{}") == nil)
    #expect(problem("./my scripts/{}") == nil)
    #expect(throws: Never.self) { try CommandJob(Template(shell: "no-such-command {}")).checkProgram() }
  }

  @Test func aMissingProgramIsNamedWithTheNearestOne() {
    #expect(problem("pfor-no-such-command") == "command not found: pfor-no-such-command")
    #expect(problem("./no/such") == "command not found: ./no/such")
    #expect(problem("ehco", "{}")?.hasPrefix("command not found: ehco; did you mean echo?") == true)
    #expect(problem("")?.hasPrefix("the command is an empty string") == true)
  }

  @Test func aShellLineIsRecognized() {
    #expect(problem("echo | wc -c")?.hasSuffix("for a shell line, use --shell 'echo | wc -c'") == true)
    #expect(problem("echo {} | wc -c")?.contains("all of this is one word") == true)
  }

  @Test func aFileThatIsNoProgramIsRefused() throws {
    let folder = try ScratchFolder()
    let path = try folder.write(Array("#!/bin/sh\n".utf8))
    chmod(path, 0o644)
    #expect(problem(path) == (getuid() == 0 ? problem(path) : "not executable: \(path) (permission denied)"))
    #expect(problem("/etc") == "not executable: /etc (not a regular file)")
  }
}
