import ArgumentParser

/// The command line's root.
struct PForBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pfor-bench",
    abstract: "Measures pfor-tui against xargs, against the least work possible, and against its own promises.",
    discussion: """
      Contenders take turns in each round, so that a busy moment affects them all. The figures are medians, and a \
      ratio is the median of the rounds' ratios. Whole programs are measured from start to end. The column user+sys \
      includes the processes that they start. Build both programs in release mode first:

        swift build -c release --product pfor-tui
        swift run -c release pfor-bench all
      """,
    subcommands: [
      AllBench.self, SpawnBench.self, SQLiteBench.self, MemoryBench.self, IdleBench.self, LatencyBench.self,
      FrameBench.self, CommandJobBench.self, ReadBench.self, RecordBench.self, RecordedBench.self,
      RecordLargeBench.self, KillsBench.self, DemoDataBench.self, LoopBench.self, TimeLeftBench.self,
    ])
}
