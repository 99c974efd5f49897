import TestSupport
import Testing

#if os(Linux)
  /// The preparations of a run before it has threads.
  @Suite struct StartTests {
    @Test(arguments: [4096, 700])
    func thereIsRoomForDescriptorsFromTheStart(limit: Int) throws {
      let ending = try Sandbox().run(
        "ulimit -n \(limit); echo x | pfor-tui - -j1 --shell 'grep FDSize /proc/$PPID/status; ls /proc/$PPID/fd'")
      let words = try #require(ending.lines.first).split(separator: "\t")
      #expect(words.first == "FDSize:")
      #expect(try #require(words.last.flatMap { Int($0) }) >= limit)
      let open = ending.lines.dropFirst().compactMap(Int.init)
      #expect(open.contains(1) && !open.contains(limit - 1), "none is kept: \(open)")
    }

    @Test(.timeLimit(.minutes(60))) func aCommandHasTheDescriptorsAndTheLimitThatTheProgramWasGiven() throws {
      // What other tests left open for a moment is closed first. All of them run at once, which takes more than 210 descriptors. Each reports its start and ends when all have
      // started.
      let ending = try Sandbox().run(
        """
        for extra in $(ls /proc/self/fd | awk '$1 > 2'); do eval "exec $extra>&-"; done
        ulimit -Sn 210; mkfifo begun gate; exec 7<>begun 8<>gate 200</dev/null
        echo 'echo /proc/self/fd/*' > show
        echo 'while read -r key value; do [ "$key" = FDSize: ] && echo $value; done < /proc/self/status; ulimit -Sn' >> show
        seq 120 | pfor-tui - -j120 -o out --shell '. ./show; echo {} >&7; read -r line <&8' &
        for i in $(seq 120); do read -r line <&7; done
        seq 120 >&8
        wait $!; echo $?; sh ./show; cat out
        """)
      let lines = ending.lines
      #expect(lines.first == "0" && lines.count == 364)
      let given = try #require(lines.dropFirst().first)
      #expect(given.contains("/fd/7 /proc/self/fd/8") && given.contains("/fd/200"))
      let items = stride(from: 4, to: lines.count, by: 3)
      #expect(items.allSatisfy { lines[$0] == given && lines[$0 + 2] == "210" }, "\(ending.output)")
      let sizes = items.compactMap { Int(lines[$0 + 1]) }
      #expect(sizes.count == 120 && sizes.allSatisfy { $0 <= 256 }, "\(sizes)")
    }
  }
#endif
