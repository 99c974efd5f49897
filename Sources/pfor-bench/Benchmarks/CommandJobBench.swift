import ArgumentParser
import Jobs
import ParallelFor

/// `pfor-bench command-job`: processes per second through ``CommandJob``, on one thread and without a pool.
struct CommandJobBench: Benchmark {
  static let configuration = CommandConfiguration(
    commandName: "command-job", abstract: "Processes per second on one thread, without a pool.")

  @Option(help: ArgumentHelp("The number of items.", valueName: "n"))
  var items = 2000

  func measure() throws -> Report {
    let session = try CommandJob(Template(arguments: ["/bin/true"])).openSession(for: WorkerID(1))
    defer { session.close() }
    var failed = 0
    let time = ContinuousClock().measure {
      for position in 0..<items {
        let context = ItemContext(item: ItemID(position), worker: WorkerID(1), cancellation: Cancellation())
        if !session.run(Item("x"), in: context).outcome.isSuccess { failed += 1 }
      }
    }
    guard failed == 0 else { throw BenchError("\(failed) of \(items) items failed") }
    return Report(
      title: "CommandJob, \(items) items, 1 thread",
      rows: [Report.Row(name: "/bin/true", figure: Figures.perSecond(items, in: time.inSeconds))])
  }
}
