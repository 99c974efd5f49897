public import SwiftSyntax
import SwiftSyntaxBuilder
public import SwiftSyntaxMacros

/// Adds an overload without parameters, for fixed items, to a function of one item.
public struct DistributeOverExpansion: PeerMacro {
  /// Returns the storage of the items and the overload of the function with the attribute `node`.
  ///
  /// - Throws: one diagnostic if it cannot have an overload.
  public static func expansion(
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
