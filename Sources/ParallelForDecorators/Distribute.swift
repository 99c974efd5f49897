// A file that imports the decorators needs the library, which their overloads call.
@_exported public import ParallelFor

/// Lets a function of one item be called for many, on several threads at once.
///
/// The function stays as it is. Beside it stand two functions of the same name: one takes a sequence and returns the
/// results in order, the other, with the label `lazily`, gives them one by one while the rest is worked on.
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
/// The overloads keep the access level, the label, the error type and `async`, and need `try` only if the function
/// does. After a label, the lazy one carries it too: `page(for:)` has `page(for:)` for a sequence and
/// `page(lazilyFor:)`. A function without a result gives an overload without one.
///
/// An `async` function gives an `async throws` overload, since the task around it may be cancelled. It limits how many
/// calls are in flight and blocks no thread.
///
/// - The function may be global or a method, also of an enum, a class or an extension. A method's `self` must be
///   `Sendable`; an actor's method must be `nonisolated` or `async`.
/// - It takes one parameter: a tuple or a struct, if an item has several values.
/// - It may be generic if a sequence cannot be taken for its parameter: `<Item: Job>(_ item: Item)`. Types among its
///   generic parameters must be `Sendable`.
/// - A string literal passed to a function of a `Character` is taken for a sequence of them.
/// - For a public function in a module with internal imports by default, write `public import ParallelForDecorators`.
///
/// - Parameter threads: how many items are worked on at once; at least 1. It is evaluated at every call.
@attached(peer, names: overloaded)
public macro Distribute(threads: Int = defaultThreads) =
  #externalMacro(module: "ParallelForMacros", type: "DistributeMacro")
