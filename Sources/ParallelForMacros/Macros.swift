import ParallelForExpansion
import SwiftSyntax
import SwiftSyntaxMacros

// The compiler looks for macros in the plugin itself. What they do is in a library, because tests that depended on the
// plugin would make the package manager build all tests, and all that they test, a second time.

struct DistributeMacro: PeerMacro {
  static func expansion(
    of node: AttributeSyntax, providingPeersOf declaration: some DeclSyntaxProtocol,
    in context: some MacroExpansionContext
  ) throws -> [DeclSyntax] {
    try DistributeExpansion.expansion(of: node, providingPeersOf: declaration, in: context)
  }
}

struct DistributeOverMacro: PeerMacro {
  static func expansion(
    of node: AttributeSyntax, providingPeersOf declaration: some DeclSyntaxProtocol,
    in context: some MacroExpansionContext
  ) throws -> [DeclSyntax] {
    try DistributeOverExpansion.expansion(of: node, providingPeersOf: declaration, in: context)
  }
}
