/// Lets a function of one item be called, without an argument, for items that are fixed beforehand.
///
/// ```swift
/// @DistributeOver(0..<10)
/// func square(_ number: Int) -> Int { number * number }
///
/// let one = square(3)      // 9
/// let all = square()       // [0, 1, 4, 9, 16, 25, 36, 49, 64, 81]
/// ```
///
/// The items are read once, at the first call, and kept as an array for as long as the program runs; later calls work
/// on the same ones. They are written so that they make sense without the function: `[Color.red]`, not `[.red]`. In a
/// type they may name its static members.
///
/// What holds for the functions that ``Distribute(threads:)`` takes holds here, except that neither the function nor
/// the type around it can be generic, because they could not keep the items, and that the parameter has no default
/// value. To have the results one by one, put ``Distribute(threads:)`` on the function as well and pass it the items.
///
/// - Parameters:
///   - items: what the function is called for, in the order of the results.
///   - threads: how many items are worked on at once; at least 1. It is evaluated at every call.
@attached(peer, names: overloaded)
public macro DistributeOver<Items: Sequence>(_ items: Items, threads: Int = defaultThreads) =
  #externalMacro(module: "ParallelForMacros", type: "DistributeOverMacro")

/// Says that the items are missing; see ``DistributeOver(_:threads:)``.
///
/// - Parameter threads: how many items would be worked on at once.
@attached(peer, names: overloaded)
public macro DistributeOver(threads: Int = defaultThreads) =
  #externalMacro(module: "ParallelForMacros", type: "DistributeOverMacro")
