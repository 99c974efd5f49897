import TestSupport
import Testing

@testable import PForApp

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

@Suite struct ByteSinkTests {
  private func ends() -> (read: Int32, write: Int32) {
    var ends: [Int32] = [-1, -1]
    pipe(&ends)
    return (ends[0], ends[1])
  }

  @Test func bytesArriveInOrderWhateverTheirSize() throws {
    let sandbox = try Sandbox()
    let file = open("\(sandbox.path)/out", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    let sink = ByteSink(descriptor: file, ownsDescriptor: true)
    let pieces = [1, 70_000, 0, 65_536, 3, 200_000].map { [UInt8](repeating: UInt8(ascii: "x"), count: $0) + [10] }
    for piece in pieces { sink.write(piece) }
    sink.flush()
    #expect(sandbox.read("out") == String(decoding: pieces.joined(), as: UTF8.self))
    #expect(sink.problem == nil)
  }

  @Test(arguments: [true, false]) func aNamedFileThatWasRemovedIsAProblem(hasName: Bool) throws {
    let sandbox = try Sandbox()
    let file = open("\(sandbox.path)/out", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    let sink = ByteSink(descriptor: file, ownsDescriptor: true, hasName: hasName)
    sink.write([65])
    unlink("\(sandbox.path)/out")
    sink.finish()
    #expect(sink.problem == (hasName ? .failed("the file was removed while it was being written") : nil))
  }

  /// The file would have the right size, with a gap in place of the first results.
  @Test(arguments: [(true, 0), (true, 2), (true, 3), (false, 0)])
  func aNamedFileThatWasCutOffIsAProblem(hasName: Bool, rest: Int) throws {
    let sandbox = try Sandbox()
    let file = open("\(sandbox.path)/out", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    let sink = ByteSink(descriptor: file, ownsDescriptor: true, hasName: hasName)
    sink.write([65, 66, 10])
    sink.flush()
    #expect(truncate("\(sandbox.path)/out", off_t(rest)) == 0)
    sink.write([67, 10])
    sink.finish()
    let isProblem = hasName && rest < 3
    #expect(sink.problem == (isProblem ? .failed("the file was truncated while it was being written") : nil))
    if rest == 3 { #expect(sandbox.read("out") == "AB\nC\n") }
  }

  /// A call that writes nothing and reports no error makes no progress. It is not repeated forever.
  @Test func aWriteWithoutProgressEnds() {
    let ends = ends()
    let sink = ByteSink(descriptor: ends.write, ownsDescriptor: true) { _, _ in 0 }
    sink.write([1, 2, 3])
    sink.finish()
    #expect(sink.problem == .failed("nothing more can be written"))
    close(ends.read)
  }

  /// The contents of the file, and the right contents in pieces.
  @Test(arguments: [
    ("", ["abc", "def"]), ("ab", ["abc", "def"]), ("abc", ["abc", "def"]), ("abcdef", ["abc", "def"]),
    ("abcdefghi", ["abc", "def"]), ("abX", ["abc", "def"]), ("Xbcdefgh", ["abc", "def"]), ("abcdef", []),
    ("abcdeX", ["abc", "def", "ghi"]),
  ]) func aContinuedFileHasTheRightContents(standing: String, pieces: [String]) throws {
    let sandbox = try Sandbox()
    try sandbox.write(standing, to: "out")
    let sink = ByteSink(
      descriptor: open("\(sandbox.path)/out", O_RDWR | O_CLOEXEC), ownsDescriptor: true, continues: true)
    for piece in pieces {
      sink.write(Array(piece.utf8))
      sink.flush()
    }
    sink.finish()
    #expect(sandbox.read("out") == pieces.joined())
    #expect(sink.problem == nil)
  }

  @Test func bytesThatCannotBeCutOffAreAProblem() throws {
    let sandbox = try Sandbox()
    try sandbox.write("1\n2\nstale\n", to: "out")
    let sink = ByteSink(
      descriptor: open("\(sandbox.path)/out", O_RDONLY | O_CLOEXEC), ownsDescriptor: true, continues: true)
    sink.write(Array("1\n2\n".utf8))
    #expect(sink.problem == nil)
    sink.finish()
    #expect(sink.problem != nil)
  }

  @Test func existingBytesAreNotWrittenAgain() throws {
    let sandbox = try Sandbox()
    try sandbox.write("abc", to: "out")
    chmod("\(sandbox.path)/out", 0o444)
    let sink = ByteSink(
      descriptor: open("\(sandbox.path)/out", O_RDONLY | O_CLOEXEC), ownsDescriptor: true, continues: true)
    sink.write(Array("abc".utf8))
    sink.flush()
    #expect(sink.problem == nil)
    sink.write(Array("d".utf8))
    sink.flush()
    #expect(sink.problem != nil)
  }

  @Test func aClosedReaderIsDistinguished() {
    signal(SIGPIPE, SIG_IGN)
    let pipe = ends()
    close(pipe.read)
    let sink = ByteSink(descriptor: pipe.write, ownsDescriptor: true)
    sink.write([1])
    sink.flush()
    #expect(sink.problem == .closed)
  }

  @Test(arguments: Unread.allCases, [0, 100]) func aReaderThatTakesNothingIsGivenUp(kind: Unread, after: Int) {
    let (writing, other) = kind.ends()
    let sink = ByteSink(descriptor: writing, ownsDescriptor: true)
    sink.giveUp(after: after)
    sink.write([UInt8](repeating: UInt8(ascii: "x"), count: 8 << 20))
    #expect(sink.problem == .unread)
    close(other)
  }

  /// Other users of the descriptor expect blocking writes.
  @Test(arguments: Unread.allCases) func theDescriptorItselfStaysAsItIs(kind: Unread) {
    let (writing, other) = kind.ends()
    let sink = ByteSink(descriptor: writing, ownsDescriptor: true)
    sink.write([65])
    sink.flush()
    #expect(fcntl(writing, F_GETFL) & O_NONBLOCK == 0)
    #expect(sink.problem == nil)
    close(other)
  }

  /// Each write first finds no room, for less time than the reader may take.
  @Test func aReaderThatContinuesIsNotGivenUp() {
    let pipe = ends()
    var calls = 0
    let sink = ByteSink(descriptor: pipe.write, ownsDescriptor: true) { _, bytes in
      calls += 1
      errno = EAGAIN
      return calls.isMultiple(of: 3) ? min(bytes.count, 10) : -1
    }
    sink.giveUp(after: 100)
    sink.write([UInt8](repeating: 0, count: 100))
    sink.finish()
    #expect(sink.problem == nil)
    #expect(calls == 30)
    close(pipe.read)
  }

  #if os(Linux)
    @Test func aFullDiskIsReportedWithItsReason() {
      let sink = ByteSink(descriptor: open("/dev/full", O_WRONLY | O_CLOEXEC), ownsDescriptor: true)
      sink.write([1])
      sink.flush()
      #expect(sink.problem == .failed("No space left on device"))
    }
  #endif
}
