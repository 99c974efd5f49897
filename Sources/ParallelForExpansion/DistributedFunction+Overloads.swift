import SwiftSyntax
import SwiftSyntaxBuilder

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
