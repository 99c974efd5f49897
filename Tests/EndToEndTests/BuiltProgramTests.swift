import Foundation
import TestSupport
import Testing

#if os(Linux)
  /// What is linked into the program, or loaded with it.
  @Suite struct BuiltProgramTests {
    /// All of Foundation, which holds tables of all the world's languages, makes the program four times as large and its
    /// start half as long again. Each of these is in a program that has it, linked in one way or the other.
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
