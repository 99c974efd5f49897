import Testing

@Suite struct DistributeOverExpansionTests {
  @Test(
    "an overload for all the fixed items",
    arguments: [
      Expansion(
        "a global function keeps its items in a type of its own",
        "@DistributeOver(0..<10) func square(_ i: Int) -> Int { i }",
        """
        func square(_ i: Int) -> Int { i }

        private enum __macro_local_10FixedItemsfMu_ {
          static let __macro_local_5itemsfMu_: [Int] = Swift.Array(0 ..< 10)
        }

        /// Calls ``square(_:)`` for every fixed item on several threads at once.
        func square() -> [Int] {
          __macro_local_10FixedItemsfMu_.__macro_local_5itemsfMu_.parallelMap { (item: Int) in
            square(item)
          }
        }
        """),
      Expansion(
        "threads, a label, async, no result",
        "@DistributeOver(ids, threads: 2) func save(of i: Int) async throws { i }",
        """
        func save(of i: Int) async throws { i }

        private enum __macro_local_10FixedItemsfMu_ {
          static let __macro_local_5itemsfMu_: [Int] = Swift.Array(ids)
        }

        /// Calls ``save(of:)`` for every fixed item on several threads at once.
        func save() async throws {
          try await __macro_local_10FixedItemsfMu_.__macro_local_5itemsfMu_.parallelForEach(threads: 2) { (item: Int) in
            try await save(of: item)
          }
        }
        """),
      Expansion(
        "a method keeps its items beside it, where the type's names are known",
        """
        struct Shop {
          static let ids = [1, 2]
          @DistributeOver(ids) func price(_ id: UInt8) throws(Sold) -> Int { 1 }
        }
        """,
        """
        struct Shop {
          static let ids = [1, 2]
          func price(_ id: UInt8) throws(Sold) -> Int { 1 }

          private static let __macro_local_5itemsfMu_: [UInt8] = Swift.Array(ids)

          /// Calls ``price(_:)`` for every fixed item on several threads at once.
          func price() throws(Sold) -> [Int] {
            try Self.__macro_local_5itemsfMu_.parallelMap { (item: UInt8) throws(Sold) in
              try self.price(item)
            }
          }
        }
        """),
      Expansion(
        "a nonisolated function needs nonisolated items",
        """
        @MainActor class Shop {
          @DistributeOver(1...3) nonisolated static func tax(_ id: Int) -> Int { 1 }
        }
        """,
        """
        @MainActor class Shop {
          nonisolated static func tax(_ id: Int) -> Int { 1 }

          private nonisolated static let __macro_local_5itemsfMu_: [Int] = Swift.Array(1 ... 3)

          /// Calls ``tax(_:)`` for every fixed item on several threads at once.
          nonisolated static func tax() -> [Int] {
            Self.__macro_local_5itemsfMu_.parallelMap { (item: Int) in
              Self.tax(item)
            }
          }
        }
        """),
    ])
  func expands(_ expansion: Expansion) { expansion.check() }
}
