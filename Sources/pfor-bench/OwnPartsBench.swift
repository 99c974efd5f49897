import ArgumentParser
import Attempts
import Dashboard
import DashboardView
import Jobs
import ParallelFor
import RunStore
import Screen

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

struct FrameBench: Benchmark {
  static let configuration = CommandConfiguration(
    commandName: "frame", abstract: "Time to apply one finished item to the dashboard, and to draw one frame.")

  @Option(help: "The number of finished items.") var items = 200_000
  @OptionGroup var repetition: RepetitionOptions

  private static let workers = 64

  func measure() throws -> Report {
    let events = events()
    var dashboard = Dashboard(title: "curl -sf https://shop.example/orders/{}", source: "orders.txt")
    let applying = (0..<repetition.rounds).map { _ in
      dashboard = Dashboard(title: "curl -sf https://shop.example/orders/{}", source: "orders.txt")
      for event in started() { dashboard.apply(event) }
      return ContinuousClock().measure { for event in events { dashboard.apply(event) } }.inSeconds / Double(items)
    }
    let frames = [Size(width: 120, height: 36), Size(width: 200, height: 60)].map { size in
      Report.Row(
        name: "draw one frame, \(size.width)x\(size.height)", figure: Figures.seconds(drawing(dashboard, size: size)))
    }
    let apply = Report.Row(
      name: "apply one finished item", figure: Figures.seconds(median(of: applying)), goal: "< 1 µs")
    return Report(title: "The dashboard itself, \(Self.workers) workers", rows: [apply] + frames)
  }

  private func drawing(_ dashboard: Dashboard, size: Size) -> Double {
    let view = DashboardView()
    var dashboard = dashboard
    dashboard.rows = view.layout(for: size, of: dashboard).rows
    dashboard.showResults(dashboard.visibleResults.map(row))
    var grid = CellGrid(width: size.width, height: size.height)
    let frames = 50
    let times = (0..<repetition.rounds).map { _ in
      let time = ContinuousClock().measure {
        for frame in 0..<frames { view.draw(dashboard, at: instant(items) + Int64(frame) * 33_000_000, into: &grid) }
      }
      return time.inSeconds / Double(frames)
    }
    return median(of: times)
  }

  private func row(_ id: ItemID) -> ResultRow {
    ResultRow(
      id: id, label: label(id.position), state: .succeeded, latency: latency(id.position), line: "total \(id)")
  }

  /// The events of a run in which nothing has ended yet.
  private func started() -> [RunEvent] {
    let kinds: [RunEvent.Kind] =
      [.runStarted(targetWorkers: Self.workers), .itemsRead(items * 2), .totalKnown(items * 2)]
      + (1...Self.workers).map { .workerStarted(WorkerID($0)) }
    return kinds.map { RunEvent(sequence: 0, instant: instant(0), kind: $0) }
  }

  private func events() -> [RunEvent] {
    (0..<items).map { position in
      let end = instant(position)
      let item = FinishedItem(
        id: ItemID(position), worker: WorkerID(1 + position % Self.workers), start: end + -latency(position), end: end,
        outcome: position % 60 == 59 ? .failed(Failure("exit status 22")) : .succeeded, label: label(position))
      return RunEvent(sequence: UInt64(position), instant: end, kind: .itemFinished(item))
    }
  }

  private func instant(_ position: Int) -> Instant { Instant(nanoseconds: Int64(1_000_000 + position) * 10_000) }

  /// A latency from 40 to 160 ms, and now and then a much longer one.
  private func latency(_ position: Int) -> Int64 {
    Int64(40_000_000 + position * 7_919 % 120_000_000) * (position % 30 == 0 ? 12 : 1)
  }

  private func label(_ position: Int) -> String { "order-\(10_000 + position)" }
}

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

struct RecordBench: Benchmark {
  static let configuration = CommandConfiguration(
    commandName: "record", abstract: "Items per second into a run file, with processor time and file size per item.")

  @Option(help: "The number of items.") var items = 1_000_000
  @Option(help: "The number of threads that hand items over.") var threads = 2
  @Option(help: "The bytes of output per item.") var output = 40

  func measure() throws -> Report {
    var rows: [Report.Row] = []
    for durability in [RunFile.Durability.programEnd, .powerCut] {
      Progress.tell("recording \(items) items, durable to \(durability)")
      rows += try record(durability)
    }
    return Report(title: "Recording \(items) items on \(threads) threads, \(output) bytes of output each", rows: rows)
  }

  private func record(_ durability: RunFile.Durability) throws -> [Report.Row] {
    let folder = try ScratchFolder()
    let path = folder.path("run")
    let run = RunRecord(
      id: "bench", created: 0, title: "nothing", kind: "command", command: ["true"], source: "-", directory: "/")
    let recorder = try RunRecorder(RunFile.create(at: path, run, durability: durability))
    let before = Self.processorTime(CLOCK_PROCESS_CPUTIME_ID)
    var workers = 0.0
    let wall = ContinuousClock().measure {
      workers = handOver(to: recorder)
      _ = recorder.flush()
    }
    let cpu = Self.processorTime(CLOCK_PROCESS_CPUTIME_ID) - before
    if let problem = recorder.finish(.finished, exitCode: 0, at: 0) { throw BenchError("\(problem)") }
    let each = 1 / Double(items)
    return [
      Report.Row(
        name: "durable to \(durability)", figure: Figures.perSecond(items, in: wall.inSeconds),
        cpu: Figures.seconds(cpu)),
      Report.Row(name: "  processor time per item", figure: Figures.seconds(cpu * each), goal: "< 1.5 µs"),
      Report.Row(name: "  the worker's share", figure: Figures.seconds(workers * each)),
      Report.Row(name: "  bytes per item in the file", figure: "\(try File.size(path) / Int64(items))"),
    ]
  }

  /// Records the items on all threads and returns the threads' processor time in seconds.
  private func handOver(to recorder: RunRecorder) -> Double {
    let text = CapturedBytes.text("customer 123456")
    let output = CapturedBytes.bytes([UInt8](repeating: UInt8(ascii: "x"), count: output))
    let times = (1...threads).parallelMap(threads: threads) { thread in
      let before = Self.processorTime(CLOCK_THREAD_CPUTIME_ID)
      for number in stride(from: thread, through: items, by: threads) {
        let attempt = EndedAttempt(
          worker: thread, start: 1_700_000_000_000_000_000 + Int64(number), latency: 1_000, outcome: .succeeded,
          wait: 1_000)
        recorder.record(RecordedItem(number: number, text: text), attempt, output: output, isKeptAtOnce: false)
      }
      return Self.processorTime(CLOCK_THREAD_CPUTIME_ID) - before
    }
    return times.reduce(0, +)
  }

  /// Returns the time of a clock in seconds.
  static func processorTime(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
