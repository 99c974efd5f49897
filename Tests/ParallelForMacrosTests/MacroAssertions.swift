import ParallelForExpansion
import SwiftSyntax
import SwiftSyntaxMacroExpansion
import SwiftSyntaxMacrosGenericTestSupport
import Testing

private let decorators = [
  "Distribute": MacroSpec(type: DistributeExpansion.self),
  "DistributeOver": MacroSpec(type: DistributeOverExpansion.self),
]

/// A source and its expansion.
struct Expansion: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let source: String
  let expected: String

  init(_ description: String, _ source: String, _ expected: String) {
    testDescription = description
    self.source = source
    self.expected = expected
  }

  func check() {
    assertMacroExpansion(
      source, expandedSource: expected, macroSpecs: decorators, indentationWidth: .spaces(2),
      failureHandler: { Issue.record("\($0.message)") })
  }
}

/// A misuse, its only diagnostic, and the source after the offered correction.
struct Refusal: Sendable, CustomTestStringConvertible {
  let source: String
  let line: Int
  let column: Int
  let message: String
  let correction: String?
  let corrected: String?

  var testDescription: String { source }

  init(
    _ source: String, at line: Int, _ column: Int, _ message: String, correction: String? = nil,
    to corrected: String? = nil
  ) {
    self.source = source
    self.line = line
    self.column = column
    self.message = message
    self.correction = correction
    self.corrected = corrected
  }

  /// After a refusal, only the source without decorators remains.
  func check() {
    let undecorated = source.replacing(#/@Distribute(Over)?(\([^)]*\))? /#, with: "")
    let diagnostic = DiagnosticSpec(
      message: message, line: line, column: column, fixIts: correction.map { [FixItSpec(message: $0)] } ?? [])
    assertMacroExpansion(
      source, expandedSource: undecorated, diagnostics: [diagnostic], macroSpecs: decorators,
      applyFixIts: correction.map { [$0] }, fixedSource: corrected, indentationWidth: .spaces(2),
      failureHandler: { Issue.record("\($0.message)") })
  }
}
