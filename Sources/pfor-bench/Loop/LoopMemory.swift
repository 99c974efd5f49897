import ArgumentParser
import ParallelFor

/// `pfor-bench loop-memory`: a process that is nothing but one long loop, for its memory to be measured.
struct LoopMemory: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "loop-memory", shouldDisplay: false)

  func run() {
    let work = LoopRow.memory.work
    work.positions.parallelForEach(threads: work.threads) { item in
      precondition(work.body(item) != 0, "xorshift gives no zero")
    }
  }
}
