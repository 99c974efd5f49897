import Testing

@testable import ParallelFor

@Suite struct MachineFactsTests {
  private func facts(busy: Double, all: Double) -> MachineFacts {
    var facts = MachineFacts()
    facts.processorTime = MachineFacts.ProcessorTime(busy: busy, all: all)
    return facts
  }

  @Test func theShareOfTheProcessorsIsThatSinceTheEarlierLook() {
    let before = facts(busy: 100, all: 1_000)
    #expect(facts(busy: 150, all: 1_200).processorShare(since: before) == 0.25)
    #expect(facts(busy: 100, all: 1_000).processorShare(since: before) == nil, "no time has passed")
    #expect(facts(busy: 10, all: 20).processorShare(since: before) == nil, "the counters started again")
    #expect(facts(busy: 90, all: 1_100).processorShare(since: before) == 0, "the time of waiting for disks may fall")
    #expect(MachineFacts().processorShare(since: before) == nil)
  }

  @Test func theShareOfTheMemoryIsWhatIsNotAvailable() {
    #expect(MachineFacts(availableMemory: 1, totalMemory: 4).memoryShare == 0.75)
    #expect(MachineFacts(availableMemory: 5, totalMemory: 4).memoryShare == 0)
    #expect(MachineFacts(availableMemory: 1).memoryShare == nil)
    #expect(MachineFacts(availableMemory: 0, totalMemory: 0).memoryShare == nil)
  }
}
