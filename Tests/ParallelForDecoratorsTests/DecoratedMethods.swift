public import ParallelForDecorators

/// Public, as the overloads of its public method are.
public struct Shop: Sendable {
  /// Must not shadow the type of the standard library.
  enum Error: Swift.Error {
    case sold(Int)
  }

  static let ids = [1, 2]

  var factor = 2

  /// A label and a public name.
  @Distribute public func price(of id: Int) -> Int { id * factor }

  @Distribute func stock(_ id: Int) throws(Error) -> Int {
    if id == 3 { throw .sold(id) }
    return id
  }

  @Distribute func anyStock(_ id: Int) throws -> Int { try stock(id) }

  @Distribute static func tax(_ id: Int) -> Int { -id }

  @DistributeOver(ids) func ownPrice(_ id: Int) throws -> Int { id * factor }

  @DistributeOver(Self.ids, threads: 1) static func ownTax(_ id: Int) -> Int { -id }
}

extension Shop {
  @Distribute func label(for id: Int) async -> String { "#\(id)" }

  @DistributeOver(5...6) private func localPrice(_ id: Int) -> Int { id }

  var localPrices: [Int] { localPrice() }
}

class Animal: @unchecked Sendable {
  @Distribute func legs(_ number: Int) -> Int { number }

  @Distribute class func ears(_ number: Int) -> Int { number }

  @DistributeOver(1...2) class func tails(_ number: Int) -> Int { number }
}

final class Bird: Animal, @unchecked Sendable {
  override func legs(_ number: Int) -> Int { number * 2 }

  override class func ears(_ number: Int) -> Int { 0 }

  override class func tails(_ number: Int) -> Int { number * 10 }
}

enum Arithmetic {
  @Distribute static func negative(_ number: Int) -> Int { -number }
}

actor Counter {
  private(set) var sum = 0

  @Distribute nonisolated func plain(_ number: Int) -> Int { number }

  @Distribute func add(_ number: Int) async { sum += number }
}

@MainActor final class Model {
  @Distribute func load(_ number: Int) async -> Int { number }

  @Distribute nonisolated func plain(_ number: Int) -> Int { number }

  @DistributeOver(0..<2) nonisolated func fixed(_ number: Int) -> Int { number }
}

extension Named {
  @Distribute func greeting(to other: String) -> String { "\(name) greets \(other)" }
}

struct Pairing<First: Sendable>: Sendable {
  let first: First

  @Distribute func pair(with second: First) -> [First] { [first, second] }
}
