import TestSupport
import Testing

#if os(Linux)
  /// What a run prepares before it has threads.
  @Suite struct StartTests {
    @Test(arguments: [4096, 700])
    func thereIsRoomForDescriptorsFromTheStart(limit: Int) throws {
      let ending = try Sandbox().run(
        "ulimit -Sn \(limit); echo x | pfor-tui - -j1 --shell 'grep FDSize /proc/$PPID/status; ls /proc/$PPID/fd'")
      let words = try #require(ending.lines.first).split(separator: "\t")
      #expect(words.first == "FDSize:")
      #expect(try #require(words.last.flatMap { Int($0) }) >= limit)
      let open = ending.lines.dropFirst().compactMap(Int.init)
      #expect(open.contains(1) && !open.contains(limit - 1), "none is kept: \(open)")
    }
  }
#endif
