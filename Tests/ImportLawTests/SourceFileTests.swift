import Testing

/// The laws are only as good as the reading of the sources.
@Suite struct SourceFileTests {
  private let file = SourceFile(
    path: "Sources/Example.swift",
    text: #"""
      #if canImport(Glibc)
        @preconcurrency import Glibc
      #endif
      public import Screen
      // import Jobs
      let words = "import Terminal \" // try! \(1)" // print(1)
      let lines = """
        as! "quoted" \u{1b}[2J
        """
      blueprint(1); grid.print(2)
      print(3)
      """#)

  @Test func importsAreFoundHoweverTheyAreWritten() {
    #expect(file.imports == ["Glibc", "Screen"])
  }

  @Test func commentsAndLiteralsAreNoCode() {
    #expect(Law("", #"\btry!|\bas!"#).places(in: file).isEmpty)
    #expect(Law("", "import Jobs", inLiterals: true).places(in: file).isEmpty)
  }

  @Test func literalsAreSearchedOnlyIfAskedFor() {
    #expect(Law("", #"\\u\{1b\}"#, inLiterals: true).places(in: file) == ["Sources/Example.swift:8"])
    #expect(Law("", #"\\u\{1b\}"#).places(in: file).isEmpty)
  }

  @Test func aBreachIsFoundWithItsLine() {
    #expect(Law("", #"(?<![\w.])print\("#).places(in: file) == ["Sources/Example.swift:11"])
  }

  @Test func aFolderOrAFileGivesPermission() {
    #expect(Law("", "", only: ["Sources/"]).permission(for: file) == "Sources/")
    #expect(Law("", "", only: ["Sources/Example.swift"]).permission(for: file) != nil)
    #expect(Law("", "", only: ["Sources/Example"]).permission(for: file) == nil)
  }
}
