import ParallelFor
import Testing

@testable import PForApp

@Suite struct MachineWatchTests {
  @Test func memoryIsReadFromTheSystemsText() {
    var facts = MachineFacts()
    facts.readMemory("MemTotal:       2048 kB\nMemFree:  1 kB\nMemAvailable:    512 kB\nSwapTotal: x kB\n\n")
    #expect(facts == MachineFacts(availableMemory: 524_288, totalMemory: 2_097_152))
    facts.readMemory("MemTotal: -1 kB\nMemAvailable: 99999999999999999999 kB")
    #expect(facts.totalMemory == 2_097_152, "nonsense changes nothing")
  }

  @Test func processorTimeIsReadFromTheSystemsText() {
    var facts = MachineFacts()
    facts.readProcessorTime("cpu  10 20 30 400 50 6 7 8 9 10\ncpu0 1 2 3 4 5 6 7 8 9 10\n")
    // Guests are part of user time, and waiting for disks is no work.
    #expect(facts.processorTime == MachineFacts.ProcessorTime(busy: 81, all: 531))
    facts.readProcessorTime("cpu 10 20 30 400\n")
    #expect(facts.processorTime == MachineFacts.ProcessorTime(busy: 60, all: 460), "an old system")
    for text in [
      "", "cpu", "cpu 1 2 3", "cpu 1 2 x 4", "intr 1 2 3 4", "cpu -1 2 3 4", "cpu 1 2 3 99999999999999999999",
    ] {
      facts.processorTime = nil
      facts.readProcessorTime(text)
      #expect(facts.processorTime == nil, "\(text)")
    }
  }

  @Test func thisMachineHasFacts() {
    let facts = MachineFacts.now
    #expect((facts.load ?? -1) >= 0)
    #expect((facts.availableMemory ?? 0) > 0)
    #expect((facts.totalMemory ?? 0) >= (facts.availableMemory ?? 0))
    #expect((facts.processorTime?.all ?? 0) >= (facts.processorTime?.busy ?? .infinity))
  }

  @Test(arguments: [("1024", 1_024), ("2k", 2_048), ("500M", 524_288_000), ("1.5G", 1_610_612_736)])
  func memorySizes(text: String, bytes: Int) { #expect(MemorySize(argument: text)?.bytes == bytes) }

  @Test(arguments: ["", "G", "-1", "1X", "1e9", "99999999999T"])
  func notMemorySizes(text: String) { #expect(MemorySize(argument: text) == nil) }

  @Test func loads() {
    #expect(LoadLimit(argument: "8.5")?.load == 8.5)
    #expect((LoadLimit(argument: "100%")?.load ?? 0) > 0)
    for text in ["", "%", "0", "-2", "x"] { #expect(LoadLimit(argument: text) == nil) }
  }

  @Test func automaticThreads() {
    #expect(ThreadCount(argument: "auto") == ThreadCount(64, isAutomatic: true))
    #expect(ThreadCount(argument: "auto:16") == ThreadCount(16, isAutomatic: true))
    #expect(ThreadCount(argument: "auto:16")?.description == "auto:16")
    for text in ["auto:", "auto16", "auto:x", "automatic", "auto:-1"] { #expect(ThreadCount(argument: text) == nil) }
  }
}
