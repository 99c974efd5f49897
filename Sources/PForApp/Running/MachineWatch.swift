import OSText
import ParallelFor
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Watches how busy the machine is, and holds a run while it is too busy.
final class MachineWatch: Sendable {
  /// How long it waits between two looks, and for that long while it may hold the run.
  private static let interval = Duration.seconds(1)
  private static let shortInterval = Duration.milliseconds(500)
  /// How long an automatic number of threads is not halved again.
  private static let patience = Duration.seconds(10)

  private let limits: MachineLimits
  private let latest = Mutex(MachineFacts())

  init(_ limits: MachineLimits) { self.limits = limits }

  /// The facts of the last look.
  var facts: MachineFacts { latest.withLock { $0 } }

  /// Starts to watch until the run is over. The first look is taken before it returns.
  ///
  /// - Throws: if the system cannot create a thread.
  func start(for run: some HeldRun) throws(AppError) {
    run.hold(limits.hold(look()))
    let interval = limits == MachineLimits() ? Self.interval : Self.shortInterval
    try AppThread.start("pfor-machine") { [self] in
      var quiet = Duration.zero
      while !run.waitUntilOver(within: interval) {
        let facts = look()
        run.hold(limits.hold(facts))
        quiet = max(.zero, quiet - interval)
        if facts.isShortOfMemory, quiet == .zero, run.machineIsShort() { quiet = Self.patience }
      }
    }
  }

  private func look() -> MachineFacts {
    let facts = MachineFacts.now
    latest.withLock { $0 = facts }
    return facts
  }
}

/// A run that can be held.
protocol HeldRun: Sendable {
  func hold(_ reason: HoldReason?)
  func machineIsShort() -> Bool
  func waitUntilOver(within limit: Duration?) -> Bool
}

extension ParallelRun: HeldRun {}

extension MachineFacts {
  /// The facts of this moment.
  static var now: MachineFacts {
    var load = 0.0
    var facts = MachineFacts(load: getloadavg(&load, 1) == 1 ? load : nil)
    #if canImport(Glibc)
      func text(_ path: String) -> String? { OSFile.contents(path).map { String(decoding: $0, as: UTF8.self) } }
      if let text = text("/proc/meminfo") { facts.readMemory(text) }
      if let text = text("/proc/stat") { facts.readProcessorTime(text) }
    #else
      facts.totalMemory = number("hw.memsize")
      let pages = [number("vm.page_free_count"), number("vm.page_purgeable_count")].compactMap(\.self)
      facts.availableMemory = pages.isEmpty ? nil : pages.reduce(0, +) * Int(getpagesize())
      facts.processorTime = processorTime
    #endif
    return facts
  }

  /// Reads the memory from the text of `/proc/meminfo`.
  mutating func readMemory(_ text: String) {
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count >= 2, let kibibytes = Int(words[1]), kibibytes >= 0, kibibytes < 1 << 50 else { continue }
      if words[0] == "MemTotal:" { totalMemory = kibibytes * 1_024 }
      if words[0] == "MemAvailable:" { availableMemory = kibibytes * 1_024 }
    }
  }

  /// Reads the time of all processors from the text of `/proc/stat`.
  ///
  /// The first line has the ticks of user, nice, system, idle, iowait, irq, softirq and steal. Those of guests, which
  /// may follow, are part of user and nice.
  mutating func readProcessorTime(_ text: String) {
    let words = text.prefix { $0 != "\n" }.split(separator: " ")
    let ticks = words.dropFirst().prefix(8).map { UInt64($0).map { $0 < 1 << 56 ? Double($0) : nil } ?? nil }
    let known = ticks.compactMap(\.self)
    guard words.first == "cpu", ticks.count >= 4, known.count == ticks.count else { return }
    let all = known.reduce(0, +), idle = known[3] + (known.count > 4 ? known[4] : 0)
    processorTime = ProcessorTime(busy: all - idle, all: all)
  }

  #if !canImport(Glibc)
    private static func number(_ name: String) -> Int? {
      var value: Int64 = 0
      var size = MemoryLayout<Int64>.size
      return sysctlbyname(name, &value, &size, nil, 0) == 0 ? Int(value) : nil
    }

    private static var processorTime: ProcessorTime? {
      var load = host_cpu_load_info()
      let words = MemoryLayout<host_cpu_load_info>.size / MemoryLayout<integer_t>.size
      var count = mach_msg_type_number_t(words)
      let result = withUnsafeMutablePointer(to: &load) {
        $0.withMemoryRebound(to: integer_t.self, capacity: words) {
          host_statistics(mach_host_self(), HOST_CPU_LOAD_INFO, $0, &count)
        }
      }
      guard result == KERN_SUCCESS else { return nil }
      let (user, system, idle, nice) = load.cpu_ticks
      let busy = Double(user) + Double(system) + Double(nice)
      return ProcessorTime(busy: busy, all: busy + Double(idle))
    }
  #endif
}
