import Foundation
import TestSupport
import Testing

#if os(Linux)
  /// The libraries that are linked into the program or loaded with it.
  @Suite struct BuiltProgramTests {
    /// All of Foundation contains tables of the world's languages. It makes the program three times as large and slows
    /// its start. A program that contains it, linked in one way or the other, has one of these signs.
    private static let signsOfFoundation = [
      "libFoundation.so", "libFoundationInternationalization.so", "lib_FoundationICU.so", "libFoundationNetworking.so",
      "$s10Foundation", "CFStringCreate", "icudt",
    ]

    private func signs(in program: String) throws -> [String] {
      let bytes = try Data(contentsOf: URL(fileURLWithPath: program), options: .mappedIfSafe)
      return Self.signsOfFoundation.filter { bytes.range(of: Data($0.utf8)) != nil }
    }

    @Test func ofFoundationTheProgramHasTheEssentials() throws {
      #expect(try signs(in: Sandbox.program).isEmpty, "an import of Foundation, or a dependency, brings all of it")
    }

    /// The example imports Foundation, so the signs are there.
    @Test func allOfFoundationWouldBeSeen() throws {
      let folder = URL(fileURLWithPath: Sandbox.program).deletingLastPathComponent()
      #expect(try signs(in: folder.appendingPathComponent("dashboard-example").path).count > 1)
    }
  }
#endif
