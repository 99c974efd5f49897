import ArgumentParser
import Attempts
import Dispatch
import ParallelFor
import RunStore

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// `pfor-bench record`: the cost of recording an item, without any other work.
struct RecordBench: Benchmark {
  static let configuration = CommandConfiguration(
    commandName: "record", abstract: "Items per second into a run file, with processor time and file size per item.")

  @Option(help: ArgumentHelp("The number of items.", valueName: "n"))
  var items = 1_000_000

  @Option(help: ArgumentHelp("The number of threads that hand items over.", valueName: "n"))
  var threads = 2

  @Option(help: ArgumentHelp("The bytes of output per item.", valueName: "n"))
  var output = 40

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
    let times = Times()
    DispatchQueue.concurrentPerform(iterations: threads) { thread in
      let before = Self.processorTime(CLOCK_THREAD_CPUTIME_ID)
      for number in stride(from: thread + 1, through: items, by: threads) {
        let attempt = EndedAttempt(
          worker: thread + 1, start: 1_700_000_000_000_000_000 + Int64(number), latency: 1_000, outcome: .succeeded,
          wait: 1_000)
        recorder.record(RecordedItem(number: number, text: text), attempt, output: output, isKeptAtOnce: false)
      }
      times.add(Self.processorTime(CLOCK_THREAD_CPUTIME_ID) - before)
    }
    return times.sum
  }

  private static func processorTime(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}

/// The sum of times that several threads report.
private final class Times: @unchecked Sendable {
  private let lock = Lock()
  private var total = 0.0

  var sum: Double { lock.withLock { total } }

  func add(_ seconds: Double) { lock.withLock { total += seconds } }
}
