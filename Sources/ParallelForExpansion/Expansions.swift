package import SwiftSyntax
import SwiftSyntaxBuilder
package import SwiftSyntaxMacros

/// Adds two overloads to a function of one item: one for a sequence of items, and one that yields results one by one.
package struct DistributeExpansion: PeerMacro {
  /// Returns the overloads of the function with the attribute `node`.
  ///
  /// - Throws: one diagnostic if it cannot have overloads.
  package static func expansion(
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

/// Adds an overload without parameters, for fixed items, to a function of one item.
package struct DistributeOverExpansion: PeerMacro {
  /// Returns the storage of the items and the overload of the function with the attribute `node`.
  ///
  /// - Throws: one diagnostic if it cannot have an overload.
  package static func expansion(
    of node: AttributeSyntax, providingPeersOf declaration: some DeclSyntaxProtocol,
    in context: some MacroExpansionContext
  ) throws -> [DeclSyntax] {
    let function = try DistributedFunction(declaration, marked: node, in: context)
    let threads = try ThreadsArgument(of: node)
    let items = try items(of: node)
    try function.requireFixedItemType(in: context)
    let name = context.makeUniqueName("items").text
    let isolation = function.declaration.isNonisolated ? "nonisolated " : ""
    let constant = "\(isolation)static let \(name): [\(function.itemType)] = Swift.Array(\(items))"
    let holder = context.makeUniqueName("FixedItems").text
    let overload = function.overload(
      about: "Calls ``\(function.reference)`` for every fixed item on several threads at once.",
      attributes: function.arrayAttributes, signature: "()\(function.arrayEnding)",
      body: function.arrayCall(on: "\(function.isInType ? "Self" : holder).\(name)", threads))
    // In a script, a global constant would be evaluated too early. A static one is always evaluated at its first use.
    let storage: DeclSyntax =
      function.isInType ? "private \(raw: constant)" : "private enum \(raw: holder) { \(raw: constant) }"
    return [storage, overload]
  }

  private static func items(of node: AttributeSyntax) throws -> String {
    let arguments = node.arguments?.as(LabeledExprListSyntax.self)
    guard let items = arguments?.first, items.label == nil else {
      throw Misuse.noItems.found(at: node, offering: .giveItems(to: node))
    }
    return items.expression.trimmedDescription
  }
}

/// The `threads:` argument of a decorator, which is passed on as written.
struct ThreadsArgument {
  private let expression: ExprSyntax?

  /// Reads the argument. Without one, the library's default applies.
  ///
  /// - Throws: a diagnostic for a number below 1.
  init(of node: AttributeSyntax) throws {
    let arguments = node.arguments?.as(LabeledExprListSyntax.self)
    expression = arguments?.first { $0.label?.text == "threads" }?.expression
    if let expression, Self.isBelowOne(expression) { throw Misuse.noThreads.found(at: expression) }
  }

  /// `(threads: 8)`, or nothing.
  var clause: String { expression.map { "(threads: \($0.trimmed))" } ?? "" }

  private static func isBelowOne(_ expression: ExprSyntax) -> Bool {
    if let negated = expression.as(PrefixOperatorExprSyntax.self), negated.operator.text == "-" {
      return negated.expression.is(IntegerLiteralExprSyntax.self)
    }
    return expression.as(IntegerLiteralExprSyntax.self)?.representedLiteralValue == 0
  }
}
