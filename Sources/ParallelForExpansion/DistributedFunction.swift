import SwiftSyntax
import SwiftSyntaxBuilder
import SwiftSyntaxMacros

/// The facts about a decorated function that overloads need. Functions that cannot be distributed are refused.
struct DistributedFunction {
  /// How the function fails, which decides what its overloads throw.
  enum Problem: Equatable {
    case never
    case anyError
    case typed(String)
  }

  let declaration: FunctionDeclSyntax
  let parameter: FunctionParameterSyntax
  let isInType: Bool
  let isAsync: Bool
  let problem: Problem

  /// Reads a decorated function.
  ///
  /// - Throws: one diagnostic that says what to write instead, if the function cannot be distributed.
  init(
    _ declaration: some DeclSyntaxProtocol, marked node: AttributeSyntax, in context: some MacroExpansionContext
  ) throws {
    self.declaration = try FunctionCheck.function(declaration, marked: node, in: context)
    parameter = try FunctionCheck.onlyParameter(of: self.declaration)
    isInType = context.lexicalContext.first?.asProtocol((any DeclGroupSyntax).self) != nil
    let effects = self.declaration.signature.effectSpecifiers
    isAsync = effects?.asyncSpecifier != nil
    problem = Problem(effects?.throwsClause)
  }

  var name: String { declaration.name.text }

  /// The prefix of the name in a call: `self.`, `Self.` or nothing.
  var receiver: String { isInType ? (declaration.isOnType ? "Self." : "self.") : "" }

  /// The argument label; nil for `_`.
  var label: String? { parameter.firstName.tokenKind == .wildcard ? nil : parameter.firstName.text }

  var itemType: String { parameter.type.asItem.trimmedDescription }

  /// The type of the result; nil if the function returns nothing.
  var outputType: String? {
    guard let type = declaration.signature.returnClause?.type.asItem.trimmedDescription else { return nil }
    return ["Void", "()", "Swift.Void"].contains(type) ? nil : type
  }
}

extension DistributedFunction.Problem {
  init(_ clause: ThrowsClauseSyntax?) {
    switch clause?.type?.trimmedDescription {
    case "Never", "Swift.Never": self = .never
    case .some(let type): self = .typed(type)
    case nil: self = clause == nil ? .never : .anyError
    }
  }
}

extension FunctionDeclSyntax {
  /// Whether the function is a member of the type, not of an instance.
  var isOnType: Bool { modifiers.contains { ["static", "class"].contains($0.name.text) } }

  /// Whether the function is outside the isolation of the type around it.
  var isNonisolated: Bool { modifiers.contains { $0.name.text == "nonisolated" } }
}

extension TypeSyntax {
  /// The type as an array element, without `inout`, `sending`, `@escaping` and the like, which only parameters have.
  fileprivate var asItem: TypeSyntax {
    if let unwrapped = self.as(ImplicitlyUnwrappedOptionalTypeSyntax.self) {
      return "\(unwrapped.wrappedType.trimmed)?"
    }
    guard var type = self.as(AttributedTypeSyntax.self) else { return self }
    type.specifiers = []
    type.lateSpecifiers = []
    type.attributes = type.attributes.filter { $0.trimmedDescription != "@escaping" }
    return type.attributes.isEmpty ? type.baseType.asItem : TypeSyntax(type)
  }
}
