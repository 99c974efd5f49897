import SwiftSyntax
import SwiftSyntaxBuilder

// Names of the standard library are spelled out in full: the user's own `Error` or `Sequence` must not take their place.

extension DistributedFunction {
  /// How documentation names the function: `fetch(for:)`.
  var reference: String { "\(name)(\(label ?? "_"):)" }

  /// The name of the sequence, which must not hide the function that is called.
  var itemsName: String { name == "items" ? "elements" : "items" }

  /// `lazily`, and for a labelled function `lazilyFor`, so that functions told apart by label stay so.
  var lazyLabel: String {
    guard let label = label?.filter({ $0 != "`" }), let first = label.first else { return "lazily" }
    return "lazily" + first.uppercased() + label.dropFirst()
  }

  /// What an overload takes; a sequence that leaves the caller's thread must be able to.
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

  /// Asynchronous overloads always throw: their task can be cancelled, and then there are no results.
  private var arrayEffects: String {
    if isAsync { return " async throws" }
    return switch problem {
    case .never: ""
    case .anyError: " throws"
    case .typed(let type): " throws(\(type))"
    }
  }

  /// Calls the array form of the library, or the one for no results.
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
    // A closure's parameter of a function type counts as non-escaping unless it says so.
    let escaping = parameter.type.trimmedDescription.contains("@escaping") ? "@escaping " : ""
    let argument = (label.map { "\($0): " } ?? "") + item
    return "{ (\(item): \(escaping)\(itemType))\(effects) in \(marks)\(receiver)\(name)(\(argument)) }"
  }

  /// A function of the same name, with the access, the generic clause and the availability of this one.
  ///
  /// - Parameter signature: everything from the opening parenthesis to the result.
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

  /// The attributes that restrict callers; overloads need them too.
  var attributes: [String] { kept(["available", "_spi"]) }

  var arrayAttributes: [String] { kept(["available", "_spi", "discardableResult"]) }

  private func kept(_ names: Set<String>) -> [String] {
    declaration.attributes.compactMap { $0.as(AttributeSyntax.self) }
      .filter { names.contains($0.attributeName.trimmedDescription) }.map(\.trimmedDescription)
  }

  /// Overloads are not there to be overridden: they call the function, which is.
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

  /// The `where` clause, with every generic parameter able to cross threads.
  private var requirements: String {
    let types = (declaration.genericParameterClause?.parameters ?? []).filter { $0.specifier == nil }
    let sendable = types.map { "\($0.name.text): Swift.Sendable" }
    let own = declaration.genericWhereClause?.requirements.trimmedDescription
    let all = [own].compactMap { $0 } + sendable
    return all.isEmpty ? "" : "\nwhere " + all.joined(separator: ", ")
  }
}
