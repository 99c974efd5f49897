import Testing

@Suite struct DistributeMemberExpansionTests {
  @Test(
    "overloads of methods",
    arguments: [
      Expansion(
        "methods of instances and of the type",
        """
        struct Shop {
          @Distribute public func price(_ i: Int) -> Int { i }
          @Distribute private static func tax(_ i: Int) -> Int { i }
        }
        """,
        """
        struct Shop {
          public func price(_ i: Int) -> Int { i }

          /// Calls ``price(_:)`` for every item on several threads at once.
          public func price(_ items: some Swift.Sequence<Int>) -> [Int] {
            items.parallelMap { (item: Int) in
              self.price(item)
            }
          }

          /// Calls ``price(_:)`` for every item while the results are taken one by one.
          public func price(lazily items: some Swift.Sequence<Int> & Swift.Sendable)
            -> ParallelFor.ParallelResults<Int, Swift.Never> {
            items.parallelResults { (item: Int) in
              self.price(item)
            }
          }
          private static func tax(_ i: Int) -> Int { i }

          /// Calls ``tax(_:)`` for every item on several threads at once.
          private static func tax(_ items: some Swift.Sequence<Int>) -> [Int] {
            items.parallelMap { (item: Int) in
              Self.tax(item)
            }
          }

          /// Calls ``tax(_:)`` for every item while the results are taken one by one.
          private static func tax(lazily items: some Swift.Sequence<Int> & Swift.Sendable)
            -> ParallelFor.ParallelResults<Int, Swift.Never> {
            items.parallelResults { (item: Int) in
              Self.tax(item)
            }
          }
        }
        """),
      Expansion(
        "overloads are not for overriding",
        """
        class Shop {
          @Distribute open func price(_ i: Int) -> Int { i }
          @Distribute class func tax(_ i: Int) -> Int { i }
        }
        """,
        """
        class Shop {
          open func price(_ i: Int) -> Int { i }

          /// Calls ``price(_:)`` for every item on several threads at once.
          public func price(_ items: some Swift.Sequence<Int>) -> [Int] {
            items.parallelMap { (item: Int) in
              self.price(item)
            }
          }

          /// Calls ``price(_:)`` for every item while the results are taken one by one.
          public func price(lazily items: some Swift.Sequence<Int> & Swift.Sendable)
            -> ParallelFor.ParallelResults<Int, Swift.Never> {
            items.parallelResults { (item: Int) in
              self.price(item)
            }
          }
          class func tax(_ i: Int) -> Int { i }

          /// Calls ``tax(_:)`` for every item on several threads at once.
          static func tax(_ items: some Swift.Sequence<Int>) -> [Int] {
            items.parallelMap { (item: Int) in
              Self.tax(item)
            }
          }

          /// Calls ``tax(_:)`` for every item while the results are taken one by one.
          static func tax(lazily items: some Swift.Sequence<Int> & Swift.Sendable)
            -> ParallelFor.ParallelResults<Int, Swift.Never> {
            items.parallelResults { (item: Int) in
              Self.tax(item)
            }
          }
        }
        """),
    ])
  func expands(_ expansion: Expansion) { expansion.check() }
}
