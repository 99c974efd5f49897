import SwiftCompilerPlugin
import SwiftSyntaxMacros

@main
struct ParallelForMacrosMain: CompilerPlugin {
  let providingMacros: [any Macro.Type] = [DistributeMacro.self, DistributeOverMacro.self]
}
