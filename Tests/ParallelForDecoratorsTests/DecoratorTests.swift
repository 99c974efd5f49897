import ParallelForDecorators
import Synchronization
import Testing

@Suite struct DecoratedFunctionTests {
  @Test("an array, a range, a stride and a lazy sequence give ordered results, one item a result of its own")
  func sequences() throws {
    #expect(square(3) == 9)
    #expect(square([3, 1, 2]) == [9, 1, 4])
    #expect(square(0..<5) == [0, 1, 4, 9, 16])
    #expect(square(stride(from: 0, to: 6, by: 2)) == [0, 4, 16])
    #expect(square((0..<3).lazy.map { $0 + 1 }) == [1, 4, 9])
    #expect(try cube(0..<1_000) == (0..<1_000).map { $0 * $0 * $0 })
  }

  @Test("errors keep their type")
  func errors() throws {
    #expect(throws: OddNumber(number: -1)) { try cube([1, -1, 2]) }
    do throws(OddNumber) {
      _ = try half(of: [2, 5, 4])
      Issue.record("an odd number has no half")
    } catch {
      #expect(error.number == 5)
    }
    #expect(certain([1, 2]) == [1, 2])
  }

  @Test("a generator without errors is a sequence, also of endless input")
  func generators() throws {
    #expect(Array(square(lazily: 0..<100)) == (0..<100).map { $0 * $0 })
    #expect(Array(square(lazily: 0...).prefix(3)) == [0, 1, 4])
  }

  @Test("a generator with errors is asked for the next result")
  func failingGenerators() async throws {
    let halves = half(lazilyOf: [2, 4, 5])
    #expect(try halves.next() == 1)
    #expect(try halves.next() == 2)
    #expect(throws: OddNumber(number: 5)) { try halves.next() }
    var cubes: [Int] = []
    for try await result in cube(lazily: 1...3) { cubes.append(result) }
    #expect(cubes == [1, 8, 27])
  }

  @Test("async functions")
  func asynchronous() async throws {
    #expect(try await later(0..<50) == (0..<50).map { -$0 })
    await #expect(throws: OddNumber(number: 7)) { try await laterHalf(of: [2, 7]) }
    var results: [Int] = []
    for try await result in later(lazily: 1...3) { results.append(result) }
    #expect(results == [-1, -2, -3])
  }

  @Test("a cancelled task gets an error, not half of the results")
  func cancellation() async {
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await later(0..<50)
    }
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  @Test("parameters and results of every kind")
  func kinds() {
    let people = [Person(name: "Ada"), Person(name: "Alan")]
    #expect(name(of: people) == ["Ada", "Alan"])
    #expect(Array(name(lazilyOf: people)) == ["Ada", "Alan"])
    #expect(total([1, 2]) == 3)
    #expect(total([[1, 2], [3]]) == [3, 3])
    #expect(length("abc") == 3)
    #expect(length(["abc", ""]) == [3, 0])
    let works: [@Sendable () -> Int] = [{ 1 }, { 2 }]
    #expect(call(works) == [1, 2])
    #expect(unwrapped([1, nil]) == [1, nil])
    #expect(hidden([1, 1]).count == 2)
    #expect(items([1, 2]) + item([3]) + `default`(in: [4]) == [1, 2, 3, 4])
    #expect(Array(`default`(lazilyIn: [4])) == [4])
    #expect(orSeven() == 7)
    #expect(orSeven([1]) == [1])
  }
}

@Suite(.serialized) struct FixedItemTests {
  @Test("all items without an argument, one with")
  func fixed() async throws {
    #expect(double(5) == 10)
    #expect(double() == [2, 4, 6])
    #expect(try await laterStep() == [0, 3, 6])
    #expect(result() == [1, 2])
    #expect(both() == both(0..<3))
    #expect(throws: OddNumber(number: 3)) { try evenHalf() }
  }

  @Test("the items are read once")
  func readOnce() {
    for _ in 0..<3 { #expect(double() == [2, 4, 6]) }
    #expect(reads.load(ordering: .relaxed) == 1)
  }

  @Test("functions without a result, or with one that is not wanted")
  func noResult() {
    let before = calls.load(ordering: .relaxed)
    count(1...4)
    counted([100])
    countText()
    for _ in count(lazily: [1_000]) {}
    #expect(calls.load(ordering: .relaxed) - before == 1_113)
  }
}

@Suite struct DecoratedMethodTests {
  @Test("methods of values")
  func values() async throws {
    let shop = Shop(factor: 3)
    #expect(shop.price(of: [1, 2]) == [3, 6])
    #expect(Array(shop.price(lazilyOf: [1, 2])) == [3, 6])
    #expect(Shop.tax([1, 2]) == [-1, -2])
    #expect(try shop.ownPrice() == [3, 6])
    #expect(Shop.ownTax() == [-1, -2])
    #expect(shop.localPrices == [5, 6])
    #expect(try await shop.label(for: [1, 2]) == ["#1", "#2"])
    #expect(Arithmetic.negative([1]) == [-1])
    #expect(Pairing(first: "a").pair(with: ["b", "c"]) == [["a", "b"], ["a", "c"]])
    #expect(Person(name: "Ada").greeting(to: ["Bob"]) == ["Ada greets Bob"])
  }

  @Test("a type's own Error is kept apart from the standard library's")
  func ownError() {
    let shop = Shop()
    do throws(Shop.Error) {
      _ = try shop.stock([1, 3])
      Issue.record("3 is sold")
    } catch {
      switch error {
      case .sold(let id): #expect(id == 3)
      }
    }
    #expect(throws: Shop.Error.self) { try shop.anyStock(lazily: [3]).next() }
  }

  @Test("overloads of a class call what subclasses override")
  func classes() {
    let bird: Animal = Bird()
    #expect(bird.legs([1, 2]) == [2, 4])
    #expect(Bird.ears([1, 2]) == [0, 0])
    #expect(Bird.tails() == [10, 20])
    #expect(Animal.tails() == [1, 2])
  }

  @MainActor @Test("actors")
  func actors() async throws {
    let counter = Counter()
    #expect(counter.plain([1]) == [1])
    try await counter.add(1...10)
    #expect(await counter.sum == 55)
    let model = Model()
    #expect(model.plain([1]) == [1])
    #expect(model.fixed() == [0, 1])
    #expect(try await model.load([1, 2]) == [1, 2])
  }
}
