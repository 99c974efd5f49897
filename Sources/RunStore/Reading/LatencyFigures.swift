package import Attempts
import SQLite

/// The latencies of the items of a run.
package struct LatencyFigures: Sendable, Equatable {
  /// The 50th percentile in nanoseconds; nil without items.
  package var p50: Int64?
  /// The 90th percentile in nanoseconds.
  package var p90: Int64?
  /// The 95th percentile in nanoseconds.
  package var p95: Int64?
  /// The 99th percentile in nanoseconds.
  package var p99: Int64?
  /// The longest latency in nanoseconds.
  package var maximum: Int64?
  /// Whether the figures come from a sample, because the run has too many items.
  package var isSample: Bool

  /// Computes the figures of latencies in any order.
  package init(_ latencies: [Int64], isSample: Bool = false) {
    let sorted = latencies.sorted()
    func rank(_ percent: Int) -> Int64? {
      sorted.isEmpty ? nil : sorted[max(0, (sorted.count * percent + 99) / 100 - 1)]
    }
    p50 = rank(50)
    p90 = rank(90)
    p95 = rank(95)
    p99 = rank(99)
    maximum = sorted.last
    self.isSample = isSample
  }
}

extension RunReader {
  /// Returns the latencies of the items; of a large run, those of an evenly spread sample.
  ///
  /// - Parameter limit: the maximum number of items to read.
  package func latencies(limit: Int = 50_000) throws(RunStoreError) -> LatencyFigures {
    let counts = try record().counts
    guard counts.done + counts.cancelled > limit else { return LatencyFigures(try allLatencies(limit)) }
    return LatencyFigures(try someLatencies(limit), isSample: true)
  }

  /// Returns the items that did not succeed, in the order of the items file.
  ///
  /// - Parameter limit: the maximum number of items to return.
  package func unsuccessful(limit: Int) throws(RunStoreError) -> [ItemRecord] {
    try locked { () throws(RunStoreError) in
      let rows = try statement(
        "\(selectItems) WHERE outcome > 0 AND number IS NOT NULL ORDER BY number LIMIT \(limit)")
      defer { rows.reset() }
      var all: [ItemRecord] = []
      while try rows.step() { all.append(try item(rows)) }
      return all
    }
  }

  /// Calls `body` with every item of the newest items file that has not succeeded, in the order of the run file.
  package func forEachUnsuccessful(_ body: (ItemRecord) -> Void) throws(RunStoreError) {
    var last = Int64.min
    while true {
      let items = try unsuccessful(after: last)
      guard let row = items.last?.row, row > last else { return }
      last = row
      for item in items { body(item) }
    }
  }

  /// Calls `body` with every item of the newest items file whose last attempt has reasons for its time, in the order of the
  /// items file.
  package func forEachReasoned(_ body: (_ number: Int, _ attempt: EndedAttempt) -> Void) throws(RunStoreError) {
    var last = 0
    while let items = try reasoned(after: last), let number = items.last?.number {
      last = number
      for item in items {
        if let number = item.number, let attempt = item.attempt { body(number, attempt) }
      }
    }
  }

  /// Returns nil for a file of an older format, which has no reasons.
  private func reasoned(after number: Int) throws(RunStoreError) -> [ItemRecord]? {
    try locked { () throws(RunStoreError) in
      guard hasReasons else { return nil }
      let rows = try statement(
        "\(selectItems) WHERE reasons IS NOT NULL AND number > ? ORDER BY number LIMIT 1000")
      rows.bind(Int64(number), at: 0)
      defer { rows.reset() }
      var all: [ItemRecord] = []
      while try rows.step() { all.append(try item(rows)) }
      return all
    }
  }

  private func unsuccessful(after row: Int64) throws(RunStoreError) -> [ItemRecord] {
    try locked { () throws(RunStoreError) in
      let rows = try statement(
        "\(selectItems) WHERE id > ? AND outcome > 0 AND number IS NOT NULL ORDER BY id LIMIT 1000")
      rows.bind(row, at: 0)
      defer { rows.reset() }
      var all: [ItemRecord] = []
      while try rows.step() { all.append(try item(rows)) }
      return all
    }
  }

  private func allLatencies(_ limit: Int) throws(RunStoreError) -> [Int64] {
    try locked { () throws(RunStoreError) in
      let rows = try statement(
        "\(selectAttempts) WHERE outcome IS NOT NULL AND number IS NOT NULL LIMIT \(limit)")
      defer { rows.reset() }
      var all: [Int64] = []
      while try rows.step() { all.append(try latency(rows)) }
      return all
    }
  }

  private func latency(_ row: Statement) throws(RunStoreError) -> Int64 {
    try lastAttempt(row)?.latency ?? 0
  }

  private func someLatencies(_ limit: Int) throws(RunStoreError) -> [Int64] {
    let last = try integer("SELECT max(id) FROM items WHERE id BETWEEN 1 AND \(RowSet.firstExtra - 1)") ?? 0
    return try locked { () throws(RunStoreError) in
      let row = try statement("\(selectAttempts) WHERE id >= ? AND outcome IS NOT NULL LIMIT 1")
      var all: [Int64] = []
      for place in stride(from: 1, through: last, by: max(1, Int(last) / max(1, limit))) {
        row.bind(place, at: 0)
        if try row.step() { all.append(try latency(row)) }
        row.reset()
      }
      return all
    }
  }
}
