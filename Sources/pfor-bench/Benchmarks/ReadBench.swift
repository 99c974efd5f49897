import ArgumentParser
import Jobs

/// `pfor-bench read`: items per second through ``ItemReader`` and ``ItemCounter``.
struct ReadBench: Benchmark {
  static let configuration = CommandConfiguration(
    commandName: "read", abstract: "Items per second that are read from a file, and that are counted in it.")

  @Argument(help: "A file of items, whose extension determines the format.")
  var file: String

  func measure() throws -> Report {
    let format = ItemFormat(path: file)
    var total = 0
    let reading = try ContinuousClock().measure {
      let reader = try ItemReader(source: .file(file), format: format)
      while let batch = try reader.nextBatch(limit: 1024) { total += batch.count }
    }
    let counting = try ContinuousClock().measure { _ = try ItemCounter.count(path: file, format: format) }
    return Report(
      title: "\(total) items of \(file)",
      rows: [
        Report.Row(name: "read", figure: Figures.perSecond(total, in: reading.inSeconds)),
        Report.Row(name: "counted", figure: Figures.perSecond(total, in: counting.inSeconds)),
      ])
  }
}
