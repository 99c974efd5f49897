import Jobs

/// `pfor-bench read FILE`: items a second through ``ItemReader`` and ``ItemCounter``.
enum ReadBench {
  static func run(_ arguments: [String]) throws {
    guard let path = arguments.first else {
      print("usage: pfor-bench read FILE")
      return
    }
    let format = ItemFormat(path: path)
    var total = 0
    let reading = try ContinuousClock().measure {
      let reader = try ItemReader(source: .file(path), format: format)
      while let batch = try reader.nextBatch(limit: 1024) { total += batch.count }
    }
    let counting = try ContinuousClock().measure { _ = try ItemCounter.count(path: path, format: format) }
    print("read items=\(total) reading=\(reading) counting=\(counting)")
  }
}
