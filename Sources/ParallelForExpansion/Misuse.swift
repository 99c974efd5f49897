import SwiftDiagnostics
import SwiftSyntax
import SwiftSyntaxBuilder
import SwiftSyntaxMacros

/// Why a decorator is not allowed where it is, and what to write instead.
enum Misuse {
  case notAFunction
  case anOperator
  case noBody
  case local
  case changesSelf(String)
  case overriding
  case isolated(String)
  case rethrowing
  case noParameter
  case severalParameters
  case variadic
  case inoutParameter
  case unnamedType
  case genericPack
  case unconstrained(String)
  case genericOverItems
  case inGenericType
  case defaultValue(reference: String)
  case noItems
  case noThreads

  /// The diagnostic to throw.
  func found(at node: some SyntaxProtocol, offering correction: FixIt? = nil) -> DiagnosticsError {
    DiagnosticsError(diagnostics: [Diagnostic(node: node, message: self, fixIts: correction.map { [$0] } ?? [])])
  }
}

extension Misuse: DiagnosticMessage {
  var severity: DiagnosticSeverity { .error }

  var diagnosticID: MessageID {
    let name = "\(self)".prefix { $0 != "(" }
    return MessageID(domain: "ParallelForMacros", id: String(name))
  }

  var message: String {
    switch self {
    case .notAFunction: "only a function can be distributed; write 'func name(_ item: Item) -> Output'"
    case .anOperator: "an operator cannot be distributed; put the decorator on a named function that calls it"
    case .noBody:
      "a requirement has no body to distribute; put the decorator on the function of a conforming type or extension"
    case .local: "a local function has no overloads; move it out of the function around it"
    case .changesSelf(let word):
      "a '\(word)' method cannot run for several items at once; return the change as a value instead"
    case .overriding:
      "an override needs no decorator: the overloads of the superclass's decorated method call the override"
    case .isolated(let actor):
      "\(actor) runs one blocking call at a time; make the function 'nonisolated', or 'async' if it mostly waits"
    case .rethrowing: "a distributed function cannot rethrow; write 'throws'"
    case .noParameter: "a distributed function takes one item; add a parameter for it"
    case .severalParameters:
      "a distributed function takes one item; write one parameter, a tuple or struct if an item has several values"
    case .variadic: "a distributed function takes one item; remove '...': the overload takes the sequence"
    case .inoutParameter: "an item cannot be handed back through 'inout'; return the changed value instead"
    case .unnamedType:
      "'some' leaves the type of the items without a name; write '<Item: Constraint>' and take an 'Item'"
    case .genericPack: "a parameter pack is not one item; take a tuple or struct"
    case .unconstrained(let type):
      "'\(type)' can also be a sequence, so calls would be ambiguous; constrain it to a protocol of your items"
    case .genericOverItems: "fixed items have one type; write that type in place of the generic parameters"
    case .inGenericType:
      "a generic type cannot keep fixed items; use '@Distribute' and pass the items, or move the function out of it"
    case .defaultValue(let reference): "'\(reference)' will mean all items; remove the default value"
    case .noItems: "write the items first: '@DistributeOver(0..<10)'"
    case .noThreads: "at least one thread is needed; write 1 or more"
    }
  }
}

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
