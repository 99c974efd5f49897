import Testing

@Suite struct RefusalTests {
  @Test(
    "what cannot be distributed gets one diagnostic that says what to write",
    arguments: [
      Refusal(
        "@Distribute var ids = [1]", at: 1, 1,
        "only a function can be distributed; write 'func name(_ item: Item) -> Output'"),
      Refusal(
        """
        extension Int {
          @Distribute static prefix func -(_ i: Int) -> Int { i }
        }
        """, at: 2, 34,
        "an operator cannot be distributed; put the decorator on a named function that calls it"),
      Refusal(
        """
        protocol Shop {
          @Distribute func price(_ id: Int) -> Int
        }
        """, at: 2, 20,
        "a requirement has no body to distribute; put the decorator on the function of a conforming type or extension"),
      Refusal(
        """
        func outer() {
          @Distribute func price(_ id: Int) -> Int { id }
        }
        """, at: 2, 20,
        "a local function has no overloads; move it out of the function around it"),
      Refusal(
        """
        struct Shop {
          @Distribute mutating func sell(_ id: Int) { sold += 1 }
        }
        """, at: 2, 15,
        "a 'mutating' method cannot run for several items at once; return the change as a value instead"),
      Refusal(
        """
        class Store: Shop {
          @Distribute override func price(_ id: Int) -> Int { id }
        }
        """, at: 2, 3,
        "an override needs no decorator: the overloads of the superclass's decorated method call the override",
        correction: "remove '@Distribute'",
        to: """
          class Store: Shop {
            override func price(_ id: Int) -> Int { id }
          }
          """),
      Refusal(
        """
        actor Shop {
          @Distribute func price(_ id: Int) -> Int { id }
        }
        """, at: 2, 20,
        "an actor runs one blocking call at a time; make the function 'nonisolated', or 'async' if it mostly waits",
        correction: "make it 'nonisolated'",
        to: """
          actor Shop {
            @Distribute nonisolated func price(_ id: Int) -> Int { id }
          }
          """),
      Refusal(
        """
        @MainActor class Shop {
          @Distribute func price(_ id: Int) -> Int { id }
        }
        """, at: 2, 20,
        "the main actor runs one blocking call at a time; make the function 'nonisolated', or 'async' if it mostly waits",
        correction: "make it 'nonisolated'",
        to: """
          @MainActor class Shop {
            @Distribute nonisolated func price(_ id: Int) -> Int { id }
          }
          """),
      Refusal(
        "@MainActor @Distribute func price(_ id: Int) -> Int { id }", at: 1, 29,
        "the main actor runs one blocking call at a time; make the function 'nonisolated', or 'async' if it mostly waits"
      ),
      Refusal(
        "@Distribute func each(_ body: () throws -> Int) rethrows -> Int { try body() }", at: 1, 49,
        "a distributed function cannot rethrow; write 'throws'", correction: "write 'throws'",
        to: "@Distribute func each(_ body: () throws -> Int) throws -> Int { try body() }"),
      Refusal(
        "@Distribute func roll() -> Int { 4 }", at: 1, 22,
        "a distributed function takes one item; add a parameter for it", correction: "add a parameter",
        to: "@Distribute func roll(_ item: <#Item#>) -> Int { 4 }"),
      Refusal(
        "@Distribute func sum(_ a: Int, _ b: Int) -> Int { a + b }", at: 1, 21,
        "a distributed function takes one item; write one parameter, a tuple or struct if an item has several values"),
      Refusal(
        "@Distribute func sum(_ i: Int...) -> Int { 0 }", at: 1, 30,
        "a distributed function takes one item; remove '...': the overload takes the sequence",
        correction: "remove '...'", to: "@Distribute func sum(_ i: Int) -> Int { 0 }"),
      Refusal(
        "@Distribute func double(_ i: inout Int) { i *= 2 }", at: 1, 30,
        "an item cannot be handed back through 'inout'; return the changed value instead"),
      Refusal(
        "@Distribute func run(_ job: some Job) { job.run() }", at: 1, 29,
        "'some' leaves the type of the items without a name; write '<Item: Constraint>' and take an 'Item'"),
      Refusal(
        "@Distribute func run<each T>(_ job: (repeat each T)) {}", at: 1, 22,
        "a parameter pack is not one item; take a tuple or struct"),
      Refusal(
        "@Distribute func show<T>(_ value: T) -> String { text }", at: 1, 23,
        "'T' can also be a sequence, so calls would be ambiguous; constrain it to a protocol of your items"),
      Refusal(
        "@Distribute func show<T: Hashable & Sendable>(_ value: T) -> String { text }", at: 1, 23,
        "'T' can also be a sequence, so calls would be ambiguous; constrain it to a protocol of your items"),
      Refusal(
        "@Distribute(threads: 0) func show(_ id: Int) -> Int { id }", at: 1, 22,
        "at least one thread is needed; write 1 or more"),
      Refusal(
        "@Distribute(threads: -2) func show(_ id: Int) -> Int { id }", at: 1, 22,
        "at least one thread is needed; write 1 or more"),
      Refusal(
        "@DistributeOver(threads: 2) func show(_ id: Int) -> Int { id }", at: 1, 1,
        "write the items first: '@DistributeOver(0..<10)'", correction: "add the items",
        to: "@DistributeOver(<#items#>, threads: 2) func show(_ id: Int) -> Int { id }"),
      Refusal(
        "@DistributeOver func show(_ id: Int) -> Int { id }", at: 1, 1,
        "write the items first: '@DistributeOver(0..<10)'", correction: "add the items",
        to: "@DistributeOver(<#items#>) func show(_ id: Int) -> Int { id }"),
      Refusal(
        "@DistributeOver([1]) func show<T: Job>(_ id: T) -> Int { 1 }", at: 1, 31,
        "fixed items have one type; write that type in place of the generic parameters"),
      Refusal(
        """
        struct Box<T> {
          @DistributeOver([1]) func show(_ id: Int) -> Int { id }
        }
        """, at: 2, 29,
        "a generic type cannot keep fixed items; use '@Distribute' and pass the items, or move the function out of it"),
      Refusal(
        "@DistributeOver([1]) func show(_ id: Int = 7) -> Int { id }", at: 1, 42,
        "'show()' will mean all items; remove the default value", correction: "remove the default value",
        to: "@DistributeOver([1]) func show(_ id: Int) -> Int { id }"),
    ])
  func refuses(_ refusal: Refusal) { refusal.check() }
}
