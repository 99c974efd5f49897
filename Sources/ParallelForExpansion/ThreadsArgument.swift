import SwiftSyntax

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
