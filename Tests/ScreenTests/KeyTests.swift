import Screen
import Testing

@Suite struct KeyTests {
  @Test(arguments: [
    ("q", Key.character("q")), ("G", .character("G")), ("é", .character("é")), ("<Space>", .character(" ")),
    ("<lt>", .character("<")), (">", .character(">")), ("<C-c>", .control("c")), ("<C-[>", .control("[")),
    ("<A-x>", .alt("x")), ("<A-X>", .alt("X")), ("<A-lt>", .alt("<")), ("<A->>", .alt(">")), ("<A-Space>", .alt(" ")),
    ("<Up>", .up), ("<Down>", .down), ("<Left>", .left), ("<Right>", .right), ("<PageUp>", .pageUp),
    ("<PageDown>", .pageDown), ("<Home>", .home), ("<End>", .end), ("<Insert>", .insert), ("<Delete>", .delete),
    ("<Backspace>", .backspace), ("<Tab>", .tab), ("<S-Tab>", .backTab), ("<Enter>", .enter), ("<Esc>", .escape),
    ("<F1>", .function(1)), ("<F12>", .function(12)), ("<Resize>", .resize),
  ])
  func printsAndParses(notation: String, key: Key) {
    #expect(key.description == notation)
    #expect(Key.parse(notation) == key)
  }

  @Test(arguments: [("<c-C>", Key.control("c")), ("<M-x>", .alt("x")), ("<CR>", .enter), ("<pgdn>", .pageDown)])
  func parsesOtherSpellings(notation: String, key: Key) {
    #expect(Key.parse(notation) == key)
  }

  @Test(arguments: ["", "<", "<Nothing>", "<C->", "<C-é>", "<F0>", "<F99>", "<A-xy>", "ab", "<>", "<Down"])
  func refusesNotationsOfNoKey(notation: String) {
    #expect(Key.parse(notation) == nil)
  }

  @Test func parsesScripts() {
    let keys: [Key] = [.character("g"), .character("g"), .down, .character(">"), .control("c"), .character("q")]
    #expect(Key.sequence("gg<Down>><C-c>q") == keys)
    #expect(Key.sequence("") == [])
    #expect(Key.sequence("g<Nope>") == nil)
  }
}
