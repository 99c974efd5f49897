import OSText
import ParallelFor

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Watches how busy the machine is, and holds a run while it is too busy.
enum MachineWatch {
  private static let interval = Duration.milliseconds(500)
  /// How many intervals pass before an automatic number of threads is halved again.
  private static let patience = 20

  /// Starts to watch until the run is over. The first look is taken before it returns.
  ///
  /// - Throws: if the system cannot create a thread.
  static func start(_ limits: MachineLimits, for run: some HeldRun) throws(AppError) {
    run.hold(limits.hold(.now))
    try AppThread.start("pfor-machine") {
      var quiet = 0
      while !run.waitUntilOver(within: interval) {
        let facts = MachineFacts.now
        run.hold(limits.hold(facts))
        quiet = max(0, quiet - 1)
        guard facts.isShortOfMemory, quiet == 0 else { continue }
        run.machineIsShort()
        quiet = patience
      }
    }
  }
}

/// A run that can be held.
protocol HeldRun: Sendable {
  func hold(_ reason: HoldReason?)
  func machineIsShort()
  func waitUntilOver(within limit: Duration?) -> Bool
}

extension ParallelRun: HeldRun {}

extension MachineFacts {
  /// The facts of this moment.
  static var now: MachineFacts {
    var load = 0.0
    var facts = MachineFacts(load: getloadavg(&load, 1) == 1 ? load : nil)
    #if canImport(Glibc)
      if let bytes = OSFile.contents("/proc/meminfo") { facts.readMemory(String(decoding: bytes, as: UTF8.self)) }
    #else
      facts.totalMemory = number("hw.memsize")
      let pages = [number("vm.page_free_count"), number("vm.page_purgeable_count")].compactMap(\.self)
      facts.availableMemory = pages.isEmpty ? nil : pages.reduce(0, +) * Int(getpagesize())
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

  #if !canImport(Glibc)
    private static func number(_ name: String) -> Int? {
      var value: Int64 = 0
      var size = MemoryLayout<Int64>.size
      return sysctlbyname(name, &value, &size, nil, 0) == 0 ? Int(value) : nil
    }
  #endif
}
