import ParallelForExpansion
import SwiftCompilerPlugin
import SwiftSyntax
import SwiftSyntaxMacros

// The compiler looks for macros in the plugin itself. Their implementation is in a library. If tests depended on the
// plugin, the package manager would build all tests, and everything they test, a second time.

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

@main
struct ParallelForMacrosMain: CompilerPlugin {
  let providingMacros: [any Macro.Type] = [DistributeMacro.self, DistributeOverMacro.self]
}
