import Testing

@Suite struct DistributeExpansionTests {
  @Test(
    "a sequence overload and a generator",
    arguments: [
      Expansion(
        "a function that cannot fail", "@Distribute func square(_ number: Int) -> Int { number * number }",
        """
        func square(_ number: Int) -> Int { number * number }

        /// Calls ``square(_:)`` for every item on several threads at once.
        func square(_ items: some Swift.Sequence<Int>) -> [Int] {
          items.parallelMap { (item: Int) in
            square(item)
          }
        }

        /// Calls ``square(_:)`` for every item while the results are taken one by one.
        func square(lazily items: some Swift.Sequence<Int> & Swift.Sendable)
          -> ParallelFor.ParallelResults<Int, Swift.Never> {
          items.parallelResults { (item: Int) in
            square(item)
          }
        }
        """),
      Expansion(
        "threads are handed on as written", "@Distribute(threads: cores * 2) func cube(_ i: Int) throws -> Int { i }",
        """
        func cube(_ i: Int) throws -> Int { i }

        /// Calls ``cube(_:)`` for every item on several threads at once.
        func cube(_ items: some Swift.Sequence<Int>) throws -> [Int] {
          try items.parallelMap(threads: cores * 2) { (item: Int) in
            try cube(item)
          }
        }

        /// Calls ``cube(_:)`` for every item while the results are taken one by one.
        func cube(lazily items: some Swift.Sequence<Int> & Swift.Sendable)
          -> ParallelFor.ParallelResults<Int, any Swift.Error> {
          items.parallelResults(threads: cores * 2) { (item: Int) in
            try cube(item)
          }
        }
        """),
      Expansion(
        "typed throws are kept", "@Distribute func half(_ i: Int) throws(OddNumber) -> Int { i }",
        """
        func half(_ i: Int) throws(OddNumber) -> Int { i }

        /// Calls ``half(_:)`` for every item on several threads at once.
        func half(_ items: some Swift.Sequence<Int>) throws(OddNumber) -> [Int] {
          try items.parallelMap { (item: Int) throws(OddNumber) in
            try half(item)
          }
        }

        /// Calls ``half(_:)`` for every item while the results are taken one by one.
        func half(lazily items: some Swift.Sequence<Int> & Swift.Sendable)
          -> ParallelFor.ParallelResults<Int, OddNumber> {
          items.parallelResults { (item: Int) throws(OddNumber) in
            try half(item)
          }
        }
        """),
      Expansion(
        "throws(Never) is no throws", "@Distribute func half(_ i: Int) throws(Never) -> Int { i }",
        """
        func half(_ i: Int) throws(Never) -> Int { i }

        /// Calls ``half(_:)`` for every item on several threads at once.
        func half(_ items: some Swift.Sequence<Int>) -> [Int] {
          items.parallelMap { (item: Int) in
            half(item)
          }
        }

        /// Calls ``half(_:)`` for every item while the results are taken one by one.
        func half(lazily items: some Swift.Sequence<Int> & Swift.Sendable)
          -> ParallelFor.ParallelResults<Int, Swift.Never> {
          items.parallelResults { (item: Int) in
            half(item)
          }
        }
        """),
      Expansion(
        "async overloads can be cancelled", "@Distribute func page(_ i: Int) async -> String { text }",
        """
        func page(_ i: Int) async -> String { text }

        /// Calls ``page(_:)`` for every item on several threads at once.
        func page(_ items: some Swift.Sequence<Int> & Swift.Sendable) async throws -> [String] {
          try await items.parallelMap { (item: Int) in
            await page(item)
          }
        }

        /// Calls ``page(_:)`` for every item while the results are taken one by one.
        func page(lazily items: some Swift.Sequence<Int> & Swift.Sendable)
          -> ParallelFor.ParallelResults<String, any Swift.Error> {
          items.parallelResults { (item: Int) in
            await page(item)
          }
        }
        """),
      Expansion(
        "async overloads throw whatever comes",
        "@Distribute func page(_ i: Int) async throws(OddNumber) -> String { text }",
        """
        func page(_ i: Int) async throws(OddNumber) -> String { text }

        /// Calls ``page(_:)`` for every item on several threads at once.
        func page(_ items: some Swift.Sequence<Int> & Swift.Sendable) async throws -> [String] {
          try await items.parallelMap { (item: Int) in
            try await page(item)
          }
        }

        /// Calls ``page(_:)`` for every item while the results are taken one by one.
        func page(lazily items: some Swift.Sequence<Int> & Swift.Sendable)
          -> ParallelFor.ParallelResults<String, any Swift.Error> {
          items.parallelResults { (item: Int) in
            try await page(item)
          }
        }
        """),
      Expansion(
        "labels are kept", "@Distribute func page(for id: Int) -> String { text }",
        """
        func page(for id: Int) -> String { text }

        /// Calls ``page(for:)`` for every item on several threads at once.
        func page(for items: some Swift.Sequence<Int>) -> [String] {
          items.parallelMap { (item: Int) in
            page(for: item)
          }
        }

        /// Calls ``page(for:)`` for every item while the results are taken one by one.
        func page(lazilyFor items: some Swift.Sequence<Int> & Swift.Sendable)
          -> ParallelFor.ParallelResults<String, Swift.Never> {
          items.parallelResults { (item: Int) in
            page(for: item)
          }
        }
        """),
      Expansion(
        "a name that is its own label", "@Distribute func page(id: Int) -> String { text }",
        """
        func page(id: Int) -> String { text }

        /// Calls ``page(id:)`` for every item on several threads at once.
        func page(id items: some Swift.Sequence<Int>) -> [String] {
          items.parallelMap { (item: Int) in
            page(id: item)
          }
        }

        /// Calls ``page(id:)`` for every item while the results are taken one by one.
        func page(lazilyId items: some Swift.Sequence<Int> & Swift.Sendable)
          -> ParallelFor.ParallelResults<String, Swift.Never> {
          items.parallelResults { (item: Int) in
            page(id: item)
          }
        }
        """),
      Expansion(
        "no result", "@Distribute func save(_ i: Int) throws { write(i) }",
        """
        func save(_ i: Int) throws { write(i) }

        /// Calls ``save(_:)`` for every item on several threads at once.
        func save(_ items: some Swift.Sequence<Int>) throws {
          try items.parallelForEach { (item: Int) in
            try save(item)
          }
        }

        /// Calls ``save(_:)`` for every item while the results are taken one by one.
        func save(lazily items: some Swift.Sequence<Int> & Swift.Sendable)
          -> ParallelFor.ParallelResults<Swift.Void, any Swift.Error> {
          items.parallelResults { (item: Int) in
            try save(item)
          }
        }
        """),
      Expansion(
        "a function named as its overload's parameter would be", "@Distribute func items(_ i: Int) -> Int { i }",
        """
        func items(_ i: Int) -> Int { i }

        /// Calls ``items(_:)`` for every item on several threads at once.
        func items(_ elements: some Swift.Sequence<Int>) -> [Int] {
          elements.parallelMap { (item: Int) in
            items(item)
          }
        }

        /// Calls ``items(_:)`` for every item while the results are taken one by one.
        func items(lazily elements: some Swift.Sequence<Int> & Swift.Sendable)
          -> ParallelFor.ParallelResults<Int, Swift.Never> {
          elements.parallelResults { (item: Int) in
            items(item)
          }
        }
        """),
      Expansion(
        "a function named as its closure's parameter would be", "@Distribute func item(_ i: Int) -> Int { i }",
        """
        func item(_ i: Int) -> Int { i }

        /// Calls ``item(_:)`` for every item on several threads at once.
        func item(_ items: some Swift.Sequence<Int>) -> [Int] {
          items.parallelMap { (element: Int) in
            item(element)
          }
        }

        /// Calls ``item(_:)`` for every item while the results are taken one by one.
        func item(lazily items: some Swift.Sequence<Int> & Swift.Sendable)
          -> ParallelFor.ParallelResults<Int, Swift.Never> {
          items.parallelResults { (element: Int) in
            item(element)
          }
        }
        """),
      Expansion(
        "attributes that callers need",
        "@available(macOS 26, *) @discardableResult @inlinable @Distribute public func save(_ i: Int) -> Int { i }",
        """
        @available(macOS 26, *) @discardableResult @inlinable public func save(_ i: Int) -> Int { i }

        /// Calls ``save(_:)`` for every item on several threads at once.
        @available(macOS 26, *)
        @discardableResult
        public func save(_ items: some Swift.Sequence<Int>) -> [Int] {
          items.parallelMap { (item: Int) in
            save(item)
          }
        }

        /// Calls ``save(_:)`` for every item while the results are taken one by one.
        @available(macOS 26, *)
        public func save(lazily items: some Swift.Sequence<Int> & Swift.Sendable)
          -> ParallelFor.ParallelResults<Int, Swift.Never> {
          items.parallelResults { (item: Int) in
            save(item)
          }
        }
        """),
      Expansion(
        "parameter types that an array cannot hold",
        "@Distribute func call(_ work: sending @escaping @Sendable () -> Int) -> Int! { work() }",
        """
        func call(_ work: sending @escaping @Sendable () -> Int) -> Int! { work() }

        /// Calls ``call(_:)`` for every item on several threads at once.
        func call(_ items: some Swift.Sequence<@Sendable () -> Int>) -> [Int?] {
          items.parallelMap { (item: @escaping @Sendable () -> Int) in
            call(item)
          }
        }

        /// Calls ``call(_:)`` for every item while the results are taken one by one.
        func call(lazily items: some Swift.Sequence<@Sendable () -> Int> & Swift.Sendable)
          -> ParallelFor.ParallelResults<Int?, Swift.Never> {
          items.parallelResults { (item: @escaping @Sendable () -> Int) in
            call(item)
          }
        }
        """),
      Expansion(
        "a default value stays with the original", "@Distribute func page(_ i: Int = 1) -> Int { i }",
        """
        func page(_ i: Int = 1) -> Int { i }

        /// Calls ``page(_:)`` for every item on several threads at once.
        func page(_ items: some Swift.Sequence<Int>) -> [Int] {
          items.parallelMap { (item: Int) in
            page(item)
          }
        }

        /// Calls ``page(_:)`` for every item while the results are taken one by one.
        func page(lazily items: some Swift.Sequence<Int> & Swift.Sendable)
          -> ParallelFor.ParallelResults<Int, Swift.Never> {
          items.parallelResults { (item: Int) in
            page(item)
          }
        }
        """),
      Expansion(
        "a generic function",
        "@Distribute func run<J: Job>(_ job: J) -> J.Output where J.Output: Sendable { job.run() }",
        """
        func run<J: Job>(_ job: J) -> J.Output where J.Output: Sendable { job.run() }

        /// Calls ``run(_:)`` for every item on several threads at once.
        func run<J: Job>(_ items: some Swift.Sequence<J>) -> [J.Output]
        where J.Output: Sendable, J: Swift.Sendable {
          items.parallelMap { (item: J) in
            run(item)
          }
        }

        /// Calls ``run(_:)`` for every item while the results are taken one by one.
        func run<J: Job>(lazily items: some Swift.Sequence<J> & Swift.Sendable)
          -> ParallelFor.ParallelResults<J.Output, Swift.Never>
        where J.Output: Sendable, J: Swift.Sendable {
          items.parallelResults { (item: J) in
            run(item)
          }
        }
        """),
    ])
  func expands(_ expansion: Expansion) { expansion.check() }
}
