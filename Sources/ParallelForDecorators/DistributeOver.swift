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
