import Screen
import TestSupport
import Testing

@testable import Terminal

/// Keys from bytes, however the bytes are split and whatever pauses are between them.
@Suite struct KeyDecoderTests {
  private static let second: Int64 = 1_000_000_000
  private static let pauses = KeyDecoder.Pauses()

  /// Decodes pieces of bytes, each after a pause in nanoseconds, and then a long pause.
  private func keys(_ pieces: [(pause: Int64, bytes: [UInt8])]) -> [Key] {
    var decoder = KeyDecoder()
    var now: Int64 = 0
    var keys: [Key] = []
    func take() { while let key = decoder.next(at: now) { keys.append(key) } }
    for (pause, bytes) in pieces {
      let end = now + pause
      // The loop asks again after the delay that the decoder requests.
      while let delay = decoder.delay(at: now), now + delay < end {
        now += delay
        take()
      }
      now = end
      decoder.take(bytes, at: now)
      take()
    }
    while let delay = decoder.delay(at: now) {
      now += delay
      take()
    }
    return keys
  }

  private func typed(_ pieces: (pause: Int64, text: String)...) -> String {
    keys(pieces.map { ($0.pause, Array($0.text.utf8)) }).map(\.description).joined()
  }

  // MARK: - Pauses below the limit mean nothing

  static let keyBytes: [String] = [
    "q", "[", "é", "作", "👩", "\r", "\t", "\u{7F}", "\u{3}", "\u{1B}[A", "\u{1B}OB", "\u{1B}[5~", "\u{1B}[Z", "\u{1B}x",
    "\u{1B}é", "\u{1B}[1;5C", "\u{1B}[24;80R", "\u{1B}]52;c;cXE=\u{7}", "\u{1B}P1$r0m\u{1B}\\",
    "\u{1B}[200~a\nb\u{1B}[201~",
    "\u{1B}[<0;10;10M", "\u{1B}Oz",
  ]

  @Test(arguments: Array(1...300) as [UInt64])
  func howBytesAreCutSaysNothing(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let sent = (0..<20).flatMap { _ in Array((Self.keyBytes.randomElement(using: &random) ?? "").utf8) }
    var pieces: [(Int64, [UInt8])] = []
    var rest = sent[...]
    while !rest.isEmpty {
      let piece = rest.prefix(Int.random(in: 1...4, using: &random))
      pieces.append((Int64.random(in: 0..<Self.pauses.escape, using: &random), Array(piece)))
      rest = rest.dropFirst(piece.count)
    }
    let whole = keys([(0, sent)])
    #expect(keys(pieces) == whole)
    #expect(whole.count > 4)
  }

  /// After any bytes, however slow, a Ctrl-C at the end works.
  @Test(arguments: Array(1...300) as [UInt64])
  func interruptsAreHeardAfterAnything(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var pieces: [(Int64, [UInt8])] = (0..<30).map { _ in
      let beginnings = [
        "\u{1B}", "\u{1B}[", "\u{1B}]", "\u{1B}P", "\u{1B}[200~", "\u{1B}[1;", "\u{1B}O", "x", "\u{1B}[201",
      ]
      let bytes: [UInt8] =
        Bool.random(using: &random)
        ? Array((beginnings.randomElement(using: &random) ?? "").utf8)
        : (0..<3).map { _ in
          let byte = UInt8.random(in: 0...255, using: &random)
          return byte == 3 ? 4 : byte
        }
      return (Int64.random(in: 0...2 * Self.second, using: &random), bytes)
    }
    pieces.append((0, [3]))
    #expect(keys(pieces).last == .control("c"))
  }

  /// After a pause that ends every state, a letter works too.
  @Test(arguments: Array(1...100) as [UInt64])
  func everyStateEndsWithAPause(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let bytes = (0..<50).map { _ in UInt8.random(in: 0...255, using: &random) }
    let begun = [[], KeyDecoder.pasteBegin, Array("\u{1B}]".utf8)].randomElement(using: &random) ?? []
    #expect(keys([(0, begun + bytes), (2 * Self.second, Array("q".utf8))]).last == .character("q"))
  }

  // MARK: - Escape

  @Test func escapeIsAKeyWhenNothingFollows() {
    #expect(typed((0, "\u{1B}")) == "<Esc>")
    #expect(typed((0, "\u{1B}"), (Self.pauses.escape + 1, "j")) == "<Esc>j")
    #expect(typed((0, "\u{1B}"), (Self.pauses.escape - 1, "j")) == "<A-j>")
    #expect(typed((0, "\u{1B}\u{1B}[A")) == "<Esc><Up>")
  }

  /// A slow line splits a sequence after its first byte. The rest is no command.
  @Test(arguments: [
    ("[A", "<Up>"), ("OB", "<Down>"), ("[5~", "<PageUp>"), ("[1;5A", ""), ("[<0;10;10M", "<Mouse>"),
    ("[200~x\u{1B}[201~", "<Paste>"),
  ])
  func aLateRestIsJoined(rest: String, expected: String) {
    #expect(typed((0, "\u{1B}"), (3 * Self.pauses.escape, rest), (0, "j")) == "<Esc>\(expected)j")
    let cut = rest.unicodeScalars.prefix(1).map(String.init).joined()
    #expect(
      typed((0, "\u{1B}"), (3 * Self.pauses.escape, cut), (50_000_000, String(rest.dropFirst(1))))
        == "<Esc>\(expected)")
  }

  /// Mouse reports in the oldest form, and keys of the Linux console, end after their apparent last byte.
  @Test(arguments: [
    "\u{1B}[M qq", "\u{1B}[M+++", "\u{1B}[M#K!", "\u{1B}[M é\u{E8}", "\u{1B}[M \u{7FF}q", "\u{1B}[[A", "\u{1B}[[E",
    "\u{1B}[32;10;10M", "\u{1B}[<0;10;10m", "\u{1B}[I", "\u{1B}[O", "\u{1B}[113u", "\u{1B}[?62;22c", "\u{1B}Oa",
    "\u{1B}[?2026;2$y", "\u{1B}P>|XTerm(370)\u{1B}\\", "\u{1B}]11;rgb:0/0/0\u{7}", "\u{1B}_Gq\u{1B}\\",
    "\u{1B}^q\u{1B}\\", "\u{1B}Xq\u{1B}\\",
  ])
  func bytesThatNobodyTypedAreNoKeys(report: String) {
    #expect(typed((0, report), (0, "j")) == "j")
    let bytes = Array(report.utf8)
    for cut in 1..<bytes.count {
      #expect(keys([(0, Array(bytes[..<cut])), (10_000_000, bytes[cut...] + [0x6A])]).last == .character("j"))
    }
  }

  @Test func aReportThatIsCutTakesNothingElse() {
    #expect(typed((0, "\u{1B}[M "), (2 * Self.second, "q")) == "q")
    #expect(typed((0, "\u{1B}[M \u{1B}[A")) == "<Up>")
    #expect(typed((0, "\u{1B}[M\u{3}")) == "<C-c>")
  }

  /// A terminal that a program has left in another mode sends other bytes for Ctrl-C.
  @Test(arguments: ["\u{3}", "\u{1B}[99;5u", "\u{1B}[27;5;99~"]) func interruptsInEveryMode(sent: String) {
    #expect(keys([(0, Array(sent.utf8))]) == [.control("c")])
  }

  @Test func typedBracketsAreKeys() {
    #expect(typed((0, "\u{1B}"), (3 * Self.pauses.escape, "["), (2 * Self.pauses.escape, "A")) == "<Esc>[A")
    #expect(typed((0, "\u{1B}"), (3 * Self.pauses.escape, "[[")) == "<Esc>[[")
    #expect(typed((0, "\u{1B}"), (2 * Self.second, "[A")) == "<Esc>[A")
    #expect(typed((0, "\u{1B}"), (3 * Self.pauses.escape, "j[A")) == "<Esc>j[A")
    #expect(typed((0, "[A")) == "[A")
  }

  @Test(arguments: [
    ("500", Int64(500)), ("0", 0), ("25", 25), ("", 100), ("-1", 100), ("many", 100), ("99999999999", 100),
    ("1e3", 100),
  ])
  func theEnvironmentSaysHowLongEscapeWaits(value: String, milliseconds: Int64) {
    #expect(Terminal.pauses(["ESCDELAY": value]).escape == milliseconds * 1_000_000)
  }

  // MARK: - Pasted text

  private func pasted(_ pieces: (pause: Int64, text: String)...) -> [Key] {
    keys(pieces.map { ($0.pause, Array($0.text.utf8)) })
  }

  @Test func aPasteIsOneKey() {
    #expect(
      pasted((0, "\u{1B}[200~two\rlines\u{1B}[A\u{1B}[201~q")) == [.pasted("two\rlines\u{1B}[A"), .character("q")])
    #expect(pasted((0, "\u{1B}[200~\u{1B}[201~q")) == [.character("q")])
  }

  @Test func aPasteWithoutAnEndIsOverAfterAPause() {
    #expect(
      pasted((0, "\u{1B}[200~half\u{1B}[20"), (Self.pauses.paste + 1, "q")) == [.pasted("half"), .character("q")])
    #expect(pasted((0, "\u{1B}[200~half"), (Self.pauses.paste - 1, "q")) == [.pasted("halfq")])
  }

  @Test func anInterruptEndsAPasteWithoutPressingFollowingKeys() {
    #expect(pasted((0, "\u{1B}[200~a\u{3}K\u{3}\u{3}y\r\u{1B}[201~q")) == [.control("c"), .character("q")])
    #expect(pasted((0, "\u{1B}[200~a\u{3}K"), (Self.pauses.escape + 1, "q")) == [.control("c"), .character("q")])
    #expect(pasted((0, "\u{1B}[200~a\u{3}"), (200_000_000, "\u{3}")) == [.control("c"), .control("c")])
  }

  @Test func aPasteThatNeverEndsTakesNoMemory() {
    var decoder = KeyDecoder()
    decoder.take(KeyDecoder.pasteBegin, at: 0)
    for time in 0..<1_000 {
      decoder.take([UInt8](repeating: 0x61, count: 4_096), at: Int64(time))
      #expect(decoder.next(at: Int64(time)) == nil)
      #expect(decoder.waiting == 0)
    }
    decoder.take(KeyDecoder.pasteEnd, at: 1_000)
    guard case .pasted(let text) = decoder.next(at: 1_000) else { return #expect(Bool(false)) }
    #expect(text.count == 4_096)
  }
}
