import SwiftDiagnostics
import SwiftSyntax
import SwiftSyntaxBuilder
import SwiftSyntaxMacros

/// Fix-its for simple mistakes.
extension FixIt {
  static func replace(_ token: TokenSyntax, by kind: TokenKind) -> FixIt {
    var replacement = token
    replacement.tokenKind = kind
    return offer("write '\(replacement.trimmed)'", token, replacement)
  }

  static func addParameter(to clause: FunctionParameterClauseSyntax) -> FixIt {
    let parameter: FunctionParameterSyntax = "_ item: <#Item#>"
    return offer("add a parameter", clause, clause.with(\.parameters, [parameter]))
  }

  static func removeEllipsis(of parameter: FunctionParameterSyntax) -> FixIt {
    offer("remove '...'", parameter, parameter.with(\.ellipsis, nil))
  }

  static func removeDefault(of parameter: FunctionParameterSyntax) -> FixIt {
    let type = parameter.type.with(\.trailingTrivia, [])
    return offer("remove the default value", parameter, parameter.with(\.defaultValue, nil).with(\.type, type))
  }

  static func remove(_ attribute: AttributeSyntax, from function: FunctionDeclSyntax) -> FixIt {
    let rest = function.attributes.filter { $0.trimmedDescription != attribute.trimmedDescription }
    let name = attribute.attributeName.trimmed
    let undecorated = function.with(\.attributes, rest).with(\.leadingTrivia, function.leadingTrivia)
    return offer("remove '@\(name)'", function, undecorated)
  }

  static func makeNonisolated(_ function: FunctionDeclSyntax) -> FixIt {
    let word = DeclModifierSyntax(name: .keyword(.nonisolated, trailingTrivia: .space))
    return offer("make it 'nonisolated'", function.modifiers, function.modifiers + [word])
  }

  static func giveItems(to attribute: AttributeSyntax) -> FixIt {
    let name = attribute.attributeName.trimmed
    var threads = ""
    if let arguments = attribute.arguments?.as(LabeledExprListSyntax.self), !arguments.isEmpty {
      threads = ", \(arguments.trimmed)"
    }
    let complete: AttributeSyntax = "@\(name)(<#items#>\(raw: threads))"
    return offer("add the items", attribute, complete.with(\.trailingTrivia, attribute.trailingTrivia))
  }

  private static func offer(_ message: String, _ old: some SyntaxProtocol, _ new: some SyntaxProtocol) -> FixIt {
    FixIt(
      message: MacroExpansionFixItMessage(message), changes: [.replace(oldNode: Syntax(old), newNode: Syntax(new))])
  }
}
