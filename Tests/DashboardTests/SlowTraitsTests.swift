import ParallelFor
import TestSupport
import Testing

@testable import Dashboard

@Suite struct SlowTraitsTests {
  /// Makes a run of items, of which some are slow: 10 ms, and 1 ms for all others.
  private func found(
    _ count: Int, seed: UInt64, text: (Int) -> String = { "\($0)" },
    fields: (Int) -> [(name: String, value: String)] = { _ in [] }, isSlow: (Int, inout SeededGenerator) -> Bool
  ) -> [SlowTrait] {
    var random = SeededGenerator(seed: seed)
    var traits = SlowTraits()
    for position in 0..<count {
      traits.add(
        SlowTraits.Item(
          ItemID(position), text: text(position), fields: fields(position),
          worker: Int.random(in: 1...4, using: &random),
          latency: isSlow(position, &random) ? 10_000_000 : 1_000_000))
    }
    return traits.found(from: 5_000_000)
  }

  @Test(arguments: [400, 4_000, 40_000]) func aPrefixIsFound(count: Int) throws {
    let names = ["/report/", "/api/", "/api/v2/", "/static/", "/login/", "/", "/img/", "/css/"]
    let found = found(count, seed: 1, text: { "\(names[$0 % 8])\($0)" }) { position, random in
      position % 8 == 0 ? Int.random(in: 0..<10, using: &random) < 5 : Int.random(in: 0..<1_000, using: &random) < 2
    }
    let trait = try #require(found.first)
    #expect(trait.trait == .prefix("/report/"))
    #expect(trait.hits * 10 >= trait.slow * 7 && trait.slow <= 256)
    #expect(abs(trait.share - 0.125) < 0.05)
    #expect(found.count == 1)
  }

  @Test func aFieldIsFound() {
    let regions = ["eu", "us", "asia"]
    let found = found(
      900, seed: 2, fields: { [("id", "\($0)"), ("region", regions[$0 % 3]), ("even", $0 % 2 == 0 ? "yes" : "no")] }
    ) { position, _ in position % 3 == 2 && position % 5 == 0 }
    #expect(found.map(\.trait) == [.field("region", "asia")])
    #expect(found.first?.hits == 60 && found.first?.slow == 60)
  }

  @Test func aWorkerIsFound() {
    var traits = SlowTraits()
    for position in 0..<400 {
      let worker = position % 4 + 1
      let isSlow = worker == 3 && position % 8 == 2
      traits.add(
        SlowTraits.Item(
          ItemID(position), text: "\(position)", fields: [], worker: worker, latency: isSlow ? 9_000_000 : 1_000_000))
    }
    #expect(traits.found(from: 5_000_000).map(\.trait) == [.worker(3)])
  }

  /// Where slowness is random, in a thousand runs nothing is said, or hardly ever.
  @Test func chanceSaysNothing() {
    let names = ["/report/", "/api/", "/static/", "/login/"]
    let wrong = (0..<1_000).count { seed in
      !found(200, seed: UInt64(seed), text: { "\(names[$0 % 4])\($0)" }) { _, random in
        Int.random(in: 0..<10, using: &random) == 0
      }.isEmpty
    }
    #expect(wrong <= 3)
  }

  @Test func fewItemsSayNothing() {
    #expect(found(30, seed: 3, text: { $0 < 7 ? "a/\($0)" : "b/\($0)" }) { position, _ in position < 7 }.isEmpty)
    #expect(found(30, seed: 3) { _, _ in true }.isEmpty)
    #expect(SlowTraits().found(from: 0).isEmpty)
  }

  /// A trait of nearly all items explains nothing, even if each slow item has it.
  @Test func whatMostItemsHaveSaysNothing() {
    let found = found(2_000, seed: 4, text: { $0 % 20 == 0 ? "b/\($0)" : "a/\($0)" }) { position, _ in
      position % 40 == 1
    }
    #expect(found.isEmpty)
  }

  @Test func memoryIsBounded() {
    var traits = SlowTraits()
    for position in 0..<100_000 {
      let text = "p/\(position)"
      traits.add(SlowTraits.Item(ItemID(position), text: text, fields: [], worker: 1, latency: Int64(position % 977)))
    }
    #expect(traits.leastLatency == 976 - 2)
    #expect(traits.highestHash < UInt64.max / 50)
  }

  @Test func prefixesEndWithSeparators() {
    #expect(SlowTraits.Item.prefixes("/a/b-c.d") == ["/", "/a/", "/a/b-", "/a/b-c."])
    #expect(SlowTraits.Item.prefixes("12345").isEmpty)
    #expect(SlowTraits.Item.prefixes("a/b/c/d/e/f/g/h").count == 6)
  }

  /// The probability equals the count of all draws.
  @Test func fisher() {
    func choose(_ count: Int, _ all: Int) -> Double {
      count > all || count < 0 ? 0 : (0..<count).reduce(1) { $0 * Double(all - $1) / Double($1 + 1) }
    }
    for all in [1, 5, 12, 20] {
      for having in 0...all {
        for drawn in 0...all {
          for hits in 0...drawn {
            let exact = (hits...drawn).reduce(0.0) { $0 + choose($1, having) * choose(drawn - $1, all - having) }
            let value = Fisher.probability(of: hits, in: drawn, having: having, of: all)
            #expect(abs(value - exact / choose(drawn, all)) < 1e-9)
          }
        }
      }
    }
  }
}
