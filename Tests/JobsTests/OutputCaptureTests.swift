import ParallelFor
import TestSupport
import Testing

@testable import Jobs

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Reading a command's outputs when errors occur.
@Suite struct OutputCaptureTests {
  /// Two pipes whose writers have written and closed them.
  private func pipes(_ text: String) throws -> OutputPipes {
    let pipes = try #require(OutputPipes())
    let bytes = Array(text.utf8)
    #expect(write(pipes.output.write, bytes, bytes.count) == bytes.count)
    pipes.closeWritingEnds()
    return pipes
  }

  private func collect(_ answers: [(count: Int, code: Int32)]) throws -> (SpillError?, String) {
    var left = answers[...]
    var capture = OutputCapture(spillFile: .shared) { descriptor, buffer in
      guard let answer = left.popFirst(), answer.count < 0 else { return posixRead(descriptor, buffer) }
      errno = answer.code
      return answer.count
    }
    // Our own process has not ended, so only the ends of the pipes count.
    let problem = capture.collect(from: try pipes("text"), of: getpid())
    return (problem, try capture.finish().output.string)
  }

  @Test(arguments: [EIO, EBADF, ENOMEM]) func anErrorIsNotTheEnd(code: Int32) throws {
    let (problem, _) = try collect([(-1, code)])
    #expect(problem == SpillError(description: "cannot read the output: \(errorText(code))"))
  }

  @Test(arguments: [EINTR, EAGAIN]) func temporaryErrorsAreRetried(code: Int32) throws {
    let (problem, output) = try collect([(-1, code), (-1, code)])
    #expect(problem == nil)
    #expect(output == "text")
  }
}
