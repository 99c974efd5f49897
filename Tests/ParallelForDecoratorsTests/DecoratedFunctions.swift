import ParallelForDecorators
import Synchronization

// One function of each kind. Compiling this file is half of the test.

struct OddNumber: Error, Equatable {
  let number: Int
}

protocol Named: Sendable {
  var name: String { get }
}

struct Person: Named {
  let name: String
}

/// Counts calls that leave no other trace.
let calls = Atomic(0)

@Distribute func square(_ number: Int) -> Int { number * number }

@Distribute(threads: 2) func cube(_ number: Int) throws -> Int {
  if number < 0 { throw OddNumber(number: number) }
  return number * number * number
}

@Distribute func half(of number: Int) throws(OddNumber) -> Int {
  if number % 2 == 1 { throw OddNumber(number: number) }
  return number / 2
}

@Distribute func certain(_ number: Int) throws(Never) -> Int { number }

@Distribute func later(_ number: Int) async -> Int {
  await Task.yield()
  return -number
}

@Distribute func laterHalf(of number: Int) async throws(OddNumber) -> Int {
  await Task.yield()
  return try half(of: number)
}

@Distribute func count(_ number: Int) { calls.add(number, ordering: .relaxed) }

@discardableResult @Distribute func counted(_ number: Int) -> Int {
  calls.add(number, ordering: .relaxed).newValue
}

@Distribute func name<Item: Named>(of item: Item) -> String { item.name }

@Distribute func total(_ numbers: [Int]) -> Int { numbers.reduce(0, +) }

@Distribute func length(_ text: String) -> Int { text.count }

@Distribute func call(_ work: @escaping @Sendable () -> Int) -> Int { work() }

@Distribute func unwrapped(_ number: Int!) -> Int! { number }

@Distribute func hidden(_ number: Int) -> some Sendable & Equatable { number }

@Distribute func items(_ number: Int) -> Int { number }

@Distribute func item(_ number: Int) -> Int { number }

@Distribute func `default`(in number: Int) -> Int { number }

@Distribute func orSeven(_ number: Int = 7) -> Int { number }

/// The number of times that the items of ``double(_:)`` were read.
let reads = Atomic(0)

func bytes() -> Range<UInt8> {
  reads.add(1, ordering: .relaxed)
  return 1..<4
}

@DistributeOver(bytes(), threads: 2) func double(_ byte: UInt8) -> UInt8 { byte * 2 }

@DistributeOver([3, 4, 5]) func evenHalf(of number: Int) throws(OddNumber) -> Int { try half(of: number) }

@DistributeOver(stride(from: 0, to: 9, by: 3)) func laterStep(_ number: Int) async -> Int { number }

@DistributeOver(["a", "bc"]) func countText(_ text: String) { calls.add(text.count, ordering: .relaxed) }

@DistributeOver([{ 1 }, { 2 }] as [@Sendable () -> Int]) func result(of work: @Sendable () -> Int) -> Int { work() }

@Distribute @DistributeOver(0..<3) func both(_ number: Int) -> Int { number }
