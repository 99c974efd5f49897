// A file that imports the decorators also needs the library, because the overloads call it.
@_exported public import ParallelFor

/// Makes a function of one item callable for many items, on several threads at once.
///
/// The function itself is unchanged. The decorator adds two functions of the same name. One takes a sequence and
/// returns the results in order. The other has the label `lazily` and yields the results one by one while the rest is
/// running.
///
/// ```swift
/// @Distribute(threads: 8)
/// func cube(_ number: Int) throws -> Int { number * number * number }
///
/// let one = try cube(3)              // 27
/// let many = try cube(0..<4)         // [0, 1, 8, 27]
/// let endless = cube(lazily: 1...)
/// while let next = try endless.next(), next < 1_000 { print(next) }
/// ```
///
/// The overloads keep the access level, the label, the error type and `async`. They need `try` only if the function
/// does. The lazy overload combines `lazily` with the function's label: `page(for:)` gets `page(for:)` for a sequence
/// and `page(lazilyFor:)`. The overload of a function without a result has no result.
///
/// The overload of an `async` function is `async throws`, because the surrounding task may be cancelled. It limits the
/// number of calls in flight and blocks no thread.
///
/// - The function may be global or a method of any type or extension. A method's `self` must be `Sendable`. An actor's
///   method must be `nonisolated` or `async`.
/// - It takes one parameter. Use a tuple or a struct if an item has several values.
/// - It may be generic if its parameter cannot also be a sequence: `<Item: Job>(_ item: Item)`. Its generic parameters
///   must be `Sendable`.
/// - If the function takes a `Character`, a string literal argument counts as a sequence of characters.
/// - If imports are internal by default in your module, a public function needs `public import ParallelForDecorators`.
///
/// - Parameter threads: the maximum number of items in progress; at least 1. It is evaluated at every call.
@attached(peer, names: overloaded)
public macro Distribute(threads: Int = defaultThreads) =
  #externalMacro(module: "ParallelForMacros", type: "DistributeMacro")

/// Makes a function of one item callable without an argument, for fixed items.
///
/// ```swift
/// @DistributeOver(0..<10)
/// func square(_ number: Int) -> Int { number * number }
///
/// let one = square(3)      // 9
/// let all = square()       // [0, 1, 4, 9, 16, 25, 36, 49, 64, 81]
/// ```
///
/// The items are read once, at the first call, and kept as an array until the program ends. Later calls use the same
/// items. The expression must not depend on the function for its type: write `[Color.red]`, not `[.red]`. In a type, it
/// may name the type's static members.
///
/// The function must meet the requirements of ``Distribute(threads:)``. In addition, neither the function nor the type
/// around it can be generic, because they could not store the items. The parameter must not have a default value. To
/// get the results one by one, add ``Distribute(threads:)`` to the function and pass it the items.
///
/// - Parameters:
///   - items: the items to call the function for, in the order of the results.
///   - threads: the maximum number of items in progress; at least 1. It is evaluated at every call.
@attached(peer, names: overloaded)
public macro DistributeOver<Items: Sequence>(_ items: Items, threads: Int = defaultThreads) =
  #externalMacro(module: "ParallelForMacros", type: "DistributeOverMacro")

/// Reports that the items are missing; see ``DistributeOver(_:threads:)``.
///
/// - Parameter threads: has no effect, because this form is always an error.
@attached(peer, names: overloaded)
public macro DistributeOver(threads: Int = defaultThreads) =
  #externalMacro(module: "ParallelForMacros", type: "DistributeOverMacro")
