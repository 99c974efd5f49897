import OSText
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite struct OSTextTests {
  /// Valid text, its pieces, stand-ins and their pieces, and anything else.
  private func bytes(_ random: inout SeededGenerator) -> [UInt8] {
    let pieces: [[UInt8]] = [
      Array("aé😀中".utf8), [0xE9], [0xC3], [0xF4, 0x8F], [0xF4, 0x8F, 0xBA, 0x80], [0xF4, 0x8F, 0xBB, 0xBF],
      [0xF4, 0x8F, 0xBB], [0xED, 0xA0, 0x80], [0xC0, 0x80], [0xF5], [0xE0, 0x80, 0x80], [0xF0, 0x80, 0x80, 0x80],
      [0xF4, 0x90, 0x80, 0x80], [UInt8.random(in: 1...255, using: &random)],
    ]
    return (0..<Int.random(in: 0...6, using: &random)).flatMap { _ in pieces.randomElement(using: &random) ?? [] }
  }

  @Test func theSameBytesComeBack() {
    var random = SeededGenerator(seed: 17)
    var texts: [String: [UInt8]] = [:]
    for _ in 0..<20_000 {
      let bytes = bytes(&random)
      let text = OSText.decode(bytes)
      #expect(OSText.bytes(text) == bytes)
      #expect(String(validating: text.utf8, as: UTF8.self) != nil, "the stored value must be text")
      #expect(texts.updateValue(bytes, forKey: text).map { $0 == bytes } ?? true, "two of \(bytes)")
    }
  }

  @Test func textIsItself() {
    for text in ["", "a", "é", "😀", "\u{10FFFF}", "\u{10FE7F}", "\u{10FF00}", "e\u{301}"] {
      #expect(OSText.decode(Array(text.utf8)).utf8.elementsEqual(text.utf8))
    }
    #expect(OSText.decode([0x61, 0xE9]).unicodeScalars.elementsEqual(["a", "\u{10FEE9}"]))
    // The two bytes of é, each from another source, are still its bytes.
    #expect(OSText.bytes(OSText.decode([0xC3]) + OSText.decode([0xA9])) == Array("é".utf8))
  }

  @Test func pathsEndWithNUL() {
    #expect("a\(OSText.decode([0xE9]))".osPath == [0x61, CChar(bitPattern: 0xE9), 0])
  }

  /// Two spellings of one name lead to two files.
  @Test func textsThatLookTheSameDiffer() {
    #expect("é" == "e\u{301}")
    #expect(!OSText.isSame("é", "e\u{301}"))
    #expect(OSText.isSame("é", "é"))
  }

  /// An accent may follow a slash, though Swift takes the two for one character.
  @Test func theProgramIsCalledWithoutItsFolder() {
    #expect(OSFile.parts(OSProcess.program) == [OSProcess.program])
  }

  @Test func slashesAreBytes() {
    #expect(OSFile.parts("/a//\u{301}b/") == ["a", "\u{301}b"])
    #expect(OSFile.isAbsolute("/\u{301}b") && !OSFile.isAbsolute("b/") && !OSFile.isAbsolute(""))
  }

  @Test func filesAreFoundByTheirBytes() throws {
    let sandbox = try Sandbox()
    let folder = "\(sandbox.path)/\(OSText.decode([0xE9]))/b"
    #expect(OSFile.makeFolders(folder) && OSFile.makeFolders(folder))
    let file = "\(folder)/\(OSText.decode([0xFF, 0x78]))"
    #expect(!OSFile.exists(file))
    #expect(OSFile.contents(file) == nil)
    #expect(OSFile.write([1, 2, 3], to: file))
    #expect(OSFile.contents(file) == [1, 2, 3])
    #expect(OSFile.names(in: folder).map(OSText.bytes) == [[0xFF, 0x78]])
    #expect(try sandbox.run(#"test -f $'\xe9/b/\xffx'; echo $?"#).output == "0\n")
    OSFile.removeFolder(folder)
    #expect(!OSFile.exists(folder))
  }

  @Test func anEndlessFileIsNotRead() throws {
    let sandbox = try Sandbox()
    let file = "\(sandbox.path)/file"
    #expect(OSFile.write([1, 2, 3], to: file))
    #expect(OSFile.contents(file, limit: 3) == [1, 2, 3])
    #expect(OSFile.contents(file, limit: 2) == nil && errno == EFBIG)
    #expect(OSFile.contents("/dev/zero", limit: 1_000) == nil && errno == EFBIG)
  }
}
