public import SwiftSyntax
public import SwiftSyntaxMacros

/// Adds two overloads to a function of one item: one for a sequence of items, and one that yields results one by one.
public struct DistributeExpansion: PeerMacro {
  /// Returns the overloads of the function with the attribute `node`.
  ///
  /// - Throws: one diagnostic if it cannot have overloads.
  public static func expansion(
    of node: AttributeSyntax, providingPeersOf declaration: some DeclSyntaxProtocol,
    in context: some MacroExpansionContext
  ) throws -> [DeclSyntax] {
    let function = try DistributedFunction(declaration, marked: node, in: context)
    let threads = try ThreadsArgument(of: node)
    return [array(of: function, threads), generator(of: function, threads)]
  }

  /// `f(_ items: some Sequence<Item>) -> [Output]`
  private static func array(of function: DistributedFunction, _ threads: ThreadsArgument) -> DeclSyntax {
    let items = function.itemsName
    return function.overload(
      about: "Calls ``\(function.reference)`` for every item on several threads at once.",
      attributes: function.arrayAttributes,
      signature:
        "(\(function.label ?? "_") \(items): \(function.sequenceType(isSent: function.isAsync)))\(function.arrayEnding)",
      body: function.arrayCall(on: items, threads))
  }

  /// `f(lazily items: some Sequence<Item> & Sendable) -> ParallelResults<Output, Problem>`
  private static func generator(of function: DistributedFunction, _ threads: ThreadsArgument) -> DeclSyntax {
    let items = function.itemsName
    return function.overload(
      about: "Calls ``\(function.reference)`` for every item while the results are taken one by one.",
      attributes: function.attributes,
      signature:
        "(\(function.lazyLabel) \(items): \(function.sequenceType(isSent: true)))\n  -> \(function.generatorType)",
      body: "\(items).parallelResults\(threads.clause) \(function.closure)")
  }
}
