import SwiftSyntax
import SwiftSyntaxMacros

/// The requirements for a distributed function. Each failed check throws one diagnostic.
enum FunctionCheck {
  static func function(
    _ declaration: some DeclSyntaxProtocol, marked node: AttributeSyntax, in context: some MacroExpansionContext
  ) throws -> FunctionDeclSyntax {
    guard let function = declaration.as(FunctionDeclSyntax.self) else {
      throw Misuse.notAFunction.found(at: node)
    }
    if case .binaryOperator = function.name.tokenKind { throw Misuse.anOperator.found(at: function.name) }
    guard function.body != nil else { throw Misuse.noBody.found(at: function.name) }
    if let scope = context.lexicalContext.first, scope.asProtocol((any DeclGroupSyntax).self) == nil {
      throw Misuse.local.found(at: function.name)
    }
    try modifiers(of: function, marked: node)
    try isolation(of: function, in: context)
    let clause = function.signature.effectSpecifiers?.throwsClause
    if let word = clause?.throwsSpecifier, word.tokenKind == .keyword(.rethrows) {
      throw Misuse.rethrowing.found(at: word, offering: .replace(word, by: .keyword(.throws)))
    }
    return function
  }

  static func onlyParameter(of function: FunctionDeclSyntax) throws -> FunctionParameterSyntax {
    let clause = function.signature.parameterClause
    guard let parameter = clause.parameters.first else {
      throw Misuse.noParameter.found(at: clause, offering: .addParameter(to: clause))
    }
    guard clause.parameters.count == 1 else { throw Misuse.severalParameters.found(at: clause) }
    if let ellipsis = parameter.ellipsis {
      throw Misuse.variadic.found(at: ellipsis, offering: .removeEllipsis(of: parameter))
    }
    if let specifier = parameter.type.firstSpecifier(.inout) { throw Misuse.inoutParameter.found(at: specifier) }
    if let word = parameter.type.firstToken(.some) { throw Misuse.unnamedType.found(at: word) }
    try generics(of: function, taking: parameter.type.trimmedDescription)
    return parameter
  }

  /// Refuses a generic item that could also be a sequence, because calls would be ambiguous.
  private static func generics(of function: FunctionDeclSyntax, taking type: String) throws {
    let generics = function.genericParameterClause?.parameters ?? []
    if let pack = generics.first(where: { $0.specifier?.tokenKind == .keyword(.each) }) {
      throw Misuse.genericPack.found(at: pack)
    }
    guard let generic = generics.first(where: { $0.name.text == type }) else { return }
    let requirements = function.genericWhereClause?.requirements.map(\.requirement) ?? []
    let isRequired = requirements.contains { requirement in
      requirement.tokens(viewMode: .sourceAccurate).contains { $0.text == type }
    }
    let protocols = generic.inheritedType?.trimmedDescription.split(separator: "&") ?? []
    let isConstrained = protocols.contains { !metBySequences.contains($0.trimmingPrefix(" ").prefix { $0 != " " }) }
    if !isRequired, !isConstrained { throw Misuse.unconstrained(type).found(at: generic) }
  }

  /// Protocols that arrays conform to when their elements do.
  private static let metBySequences: Set<Substring> = [
    "Any", "Codable", "Copyable", "CustomDebugStringConvertible", "CustomStringConvertible", "Decodable", "Encodable",
    "Equatable", "Hashable", "Sendable", "Sequence", "Collection",
  ]

  private static func modifiers(of function: FunctionDeclSyntax, marked node: AttributeSyntax) throws {
    for modifier in function.modifiers {
      switch modifier.name.text {
      case "mutating", "consuming", "borrowing", "__consuming":
        throw Misuse.changesSelf(modifier.name.text).found(at: modifier)
      case "override": throw Misuse.overriding.found(at: node, offering: .remove(node, from: function))
      case "distributed": throw Misuse.isolated("a distributed actor").found(at: modifier)
      default: break
      }
    }
  }

  /// Refuses blocking functions of an actor, because calls to them would run one after another.
  private static func isolation(of function: FunctionDeclSyntax, in context: some MacroExpansionContext) throws {
    if function.signature.effectSpecifiers?.asyncSpecifier != nil || function.isNonisolated { return }
    let isOfActor = context.lexicalContext.first?.is(ActorDeclSyntax.self) ?? false
    if isOfActor, !function.isOnType {
      throw Misuse.isolated("an actor").found(at: function.name, offering: .makeNonisolated(function))
    }
    if function.attributes.holdMainActor { throw Misuse.isolated("the main actor").found(at: function.name) }
    let scope = context.lexicalContext.first?.asProtocol((any WithAttributesSyntax).self)
    if let scope, scope.attributes.holdMainActor {
      throw Misuse.isolated("the main actor").found(at: function.name, offering: .makeNonisolated(function))
    }
  }
}

extension DistributedFunction {
  /// Checks what fixed items need: a single item type, and a parameter without a default value.
  func requireFixedItemType(in context: some MacroExpansionContext) throws {
    if let generics = declaration.genericParameterClause { throw Misuse.genericOverItems.found(at: generics) }
    for scope in context.lexicalContext {
      let generics = scope.asProtocol((any WithGenericParametersSyntax).self)?.genericParameterClause
      if generics != nil { throw Misuse.inGenericType.found(at: declaration.name) }
    }
    if let value = parameter.defaultValue {
      throw Misuse.defaultValue(reference: "\(name)()").found(at: value, offering: .removeDefault(of: parameter))
    }
  }
}

extension AttributeListSyntax {
  fileprivate var holdMainActor: Bool { contains { $0.trimmedDescription == "@MainActor" } }
}

extension TypeSyntax {
  fileprivate func firstSpecifier(_ keyword: Keyword) -> TokenSyntax? {
    let specifiers = self.as(AttributedTypeSyntax.self)?.specifiers ?? []
    return specifiers.lazy.compactMap { $0.as(SimpleTypeSpecifierSyntax.self)?.specifier }
      .first { $0.tokenKind == .keyword(keyword) }
  }

  fileprivate func firstToken(_ keyword: Keyword) -> TokenSyntax? {
    tokens(viewMode: .sourceAccurate).first { $0.tokenKind == .keyword(keyword) }
  }
}
