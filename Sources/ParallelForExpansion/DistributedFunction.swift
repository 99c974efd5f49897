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

// MARK: - Overloads

// Names of the standard library are qualified, so that a user's own `Error` or `Sequence` does not shadow them.

extension DistributedFunction {
  /// The function's name in documentation, such as `fetch(for:)`.
  var reference: String { "\(name)(\(label ?? "_"):)" }

  /// The name of the sequence parameter, which must not shadow the called function.
  var itemsName: String { name == "items" ? "elements" : "items" }

  /// `lazily`, or for a labelled function such as `lazilyFor`, so that functions that differ only in their label stay
  /// distinct.
  var lazyLabel: String {
    guard let label = label?.filter({ $0 != "`" }), let first = label.first else { return "lazily" }
    return "lazily" + first.uppercased() + label.dropFirst()
  }

  /// The type of an overload's parameter. A sequence that leaves the caller's thread must be `Sendable`.
  func sequenceType(isSent: Bool) -> String {
    "some Swift.Sequence<\(itemType)>" + (isSent ? " & Swift.Sendable" : "")
  }

  var generatorType: String { "ParallelFor.ParallelResults<\(outputType ?? "Swift.Void"), \(generatorProblem)>" }

  private var generatorProblem: String {
    if isAsync { return "any Swift.Error" }
    return switch problem {
    case .never: "Swift.Never"
    case .anyError: "any Swift.Error"
    case .typed(let type): type
    }
  }

  /// ` throws -> [Output]`
  var arrayEnding: String { arrayEffects + (outputType.map { " -> [\($0)]" } ?? "") }

  /// Asynchronous overloads always throw, because their task can be cancelled, and then there are no results.
  private var arrayEffects: String {
    if isAsync { return " async throws" }
    return switch problem {
    case .never: ""
    case .anyError: " throws"
    case .typed(let type): " throws(\(type))"
    }
  }

  /// Returns the call of the library's array form, or of the form without results.
  func arrayCall(on items: String, _ threads: ThreadsArgument) -> String {
    let verb = outputType == nil ? "parallelForEach" : "parallelMap"
    let marks = isAsync ? "try await " : problem == .never ? "" : "try "
    return "\(marks)\(items).\(verb)\(threads.clause) \(closure)"
  }

  /// `{ (item: Int) in try self.fetch(for: item) }`
  var closure: String {
    let item = name == "item" ? "element" : "item"
    let marks = (problem == .never ? "" : "try ") + (isAsync ? "await " : "")
    var effects = ""
    if case .typed(let type) = problem, !isAsync { effects = " throws(\(type))" }
    // In a closure, a parameter of a function type is non-escaping unless it is marked.
    let escaping = parameter.type.trimmedDescription.contains("@escaping") ? "@escaping " : ""
    let argument = (label.map { "\($0): " } ?? "") + item
    return "{ (\(item): \(escaping)\(itemType))\(effects) in \(marks)\(receiver)\(name)(\(argument)) }"
  }

  /// Returns a function of the same name, with this function's access, generic clause and availability.
  ///
  /// - Parameter signature: the text from the opening parenthesis to the result.
  func overload(about abstract: String, attributes: [String], signature: String, body: String) -> DeclSyntax {
    let head = attributes + [(modifiers + ["func"]).joined(separator: " ")]
    let generics = declaration.genericParameterClause?.trimmedDescription ?? ""
    return """
      /// \(raw: abstract)
      \(raw: head.joined(separator: "\n")) \(raw: name)\(raw: generics)\(raw: signature)\(raw: requirements) {
        \(raw: body)
      }
      """
  }

  /// The attributes that restrict callers, which overloads need too.
  var attributes: [String] { kept(["available", "_spi"]) }

  var arrayAttributes: [String] { kept(["available", "_spi", "discardableResult"]) }

  private func kept(_ names: Set<String>) -> [String] {
    declaration.attributes.compactMap { $0.as(AttributeSyntax.self) }
      .filter { names.contains($0.attributeName.trimmedDescription) }.map(\.trimmedDescription)
  }

  /// The overloads' modifiers. Overloads cannot be overridden; they call the function, which can.
  private var modifiers: [String] {
    declaration.modifiers.compactMap { modifier in
      switch modifier.name.text {
      case "public", "package", "internal", "fileprivate", "private", "static", "nonisolated":
        modifier.trimmedDescription
      case "open": "public"
      case "class": "static"
      default: nil
      }
    }
  }

  /// The `where` clause, which makes every generic parameter `Sendable`.
  private var requirements: String {
    let types = (declaration.genericParameterClause?.parameters ?? []).filter { $0.specifier == nil }
    let sendable = types.map { "\($0.name.text): Swift.Sendable" }
    let own = declaration.genericWhereClause?.requirements.trimmedDescription
    let all = [own].compactMap { $0 } + sendable
    return all.isEmpty ? "" : "\nwhere " + all.joined(separator: ", ")
  }
}
