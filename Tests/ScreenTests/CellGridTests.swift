import Screen
import Testing

@Suite struct CellGridTests {
  private let role = Role(rawValue: 3)

  private func grid(_ width: Int, _ height: Int = 1) -> CellGrid { CellGrid(width: width, height: height) }

  @Test func writesText() {
    var grid = grid(8, 2)
    #expect(grid.write("héllo", x: 1, y: 1, role: role) == 5)
    #expect(grid.description == "        \n héllo  ")
    #expect(grid[x: 1, y: 1].role == role)
    #expect(grid[x: 0, y: 1].role == Role(rawValue: 0))
  }

  @Test func clipsAtEveryEdge() {
    var grid = grid(4, 2)
    #expect(grid.write("abcdef", x: -2, y: 0, role: role) == 6)
    #expect(grid.row(0) == "cdef")
    #expect(grid.write("xyz", x: 2, y: 1, role: role) == 2)
    #expect(grid.row(1) == "  xy")
    grid.write("no", x: 0, y: -1, role: role)
    grid.write("no", x: 0, y: 2, role: role)
    #expect(grid.write("no", x: 4, y: 0, role: role) == 0)
    #expect(grid.description == "cdef\n  xy")
  }

  @Test func clipsAtARectangle() {
    var grid = grid(8)
    grid.write("abcdefgh", x: 0, y: 0, role: role, in: Rect(x: 2, y: 0, width: 3, height: 1))
    #expect(grid.row(0) == "  cde   ")
    grid.write("xyz", x: 0, y: 0, role: role, in: Rect(x: 0, y: 1, width: 8, height: 1))
    #expect(grid.row(0) == "  cde   ")
  }

  @Test func wideGlyphsTakeTwoCells() {
    var grid = grid(6)
    #expect(grid.write("a作b", x: 0, y: 0, role: role) == 4)
    #expect(grid[x: 2, y: 0].glyph.isContinuation)
    #expect(grid.row(0) == "a作b  ")
  }

  @Test func aWideGlyphCutAtAnEdgeLeavesABlank() {
    var grid = grid(3)
    grid.write("ab作", x: 0, y: 0, role: role)
    #expect(grid.row(0) == "ab ")
    grid.write("作z", x: -1, y: 0, role: role)
    #expect(grid.row(0) == " z ")
    var clipped = self.grid(6)
    clipped.write("作作作", x: 0, y: 0, role: role, in: Rect(x: 1, y: 0, width: 4, height: 1))
    #expect(clipped.row(0) == "  作  ")
  }

  @Test func overwritingHalfOfAWideGlyphBlanksTheOther() {
    var grid = grid(4)
    grid.write("作作", x: 0, y: 0, role: role)
    grid.write("x", x: 1, y: 0, role: role)
    #expect(grid.row(0) == " x作")
    grid.write("y", x: 2, y: 0, role: role)
    #expect(grid.row(0) == " xy ")
    grid.write("作作", x: 0, y: 0, role: role)
    grid.write("器", x: 1, y: 0, role: role)
    #expect(grid.row(0) == " 器 ")
    grid.write("作作", x: 0, y: 0, role: role)
    grid.fill(Rect(x: 1, y: 0, width: 2, height: 1), with: "-", role: role)
    #expect(grid.row(0) == " -- ")
  }

  @Test func cellsOutsideAreBlankAndIgnored() {
    var grid = grid(2)
    grid[x: 5, y: 0] = Cell(glyph: Glyph("x"))
    grid[x: -1, y: -1] = Cell(glyph: Glyph("x"))
    #expect(grid[x: 5, y: 0] == Cell())
    #expect(grid.row(0) == "  ")
    #expect(grid.row(7) == "")
    grid[x: 1, y: 0] = Cell(glyph: Glyph("作"))
    grid[x: 0, y: 0] = Cell(glyph: .continuation)
    #expect(grid.row(0) == "  ")
  }

  @Test func selectsAndChangesRoles() {
    var grid = grid(4, 2)
    grid.write("abcd", x: 0, y: 0, role: role)
    grid.select(Rect(x: 1, y: 0, width: 2, height: 9))
    grid.setRole(Rect(x: 3, y: -1, width: 9, height: 2), Role(rawValue: 9))
    #expect((0..<4).map { grid[x: $0, y: 0].isSelected } == [false, true, true, false])
    #expect(grid[x: 1, y: 0].role == role)
    #expect(grid[x: 3, y: 0].role == Role(rawValue: 9))
    #expect(grid.row(0) == "abcd")
  }

  @Test(arguments: [0, -3]) func emptyGridsTakeAnything(size: Int) {
    var grid = CellGrid(width: size, height: size)
    grid.write("作a", x: 0, y: 0, role: role)
    grid.fill(Rect(x: -1, y: -1, width: 5, height: 5), role: role)
    #expect(grid.bounds.isEmpty)
    #expect(grid.description == "")
  }

  /// Whatever is written at any place, no row gains or loses columns, and no half of a wide glyph remains.
  @Test(arguments: 0..<40) func rowsKeepTheirColumns(seed: Int) {
    var random = Seeded(UInt64(seed))
    var grid = grid(Int.random(in: 1...12, using: &random), Int.random(in: 1...3, using: &random))
    let texts = ["a", "作", "e\u{301}", "\u{1B}[2J", "👩‍👩‍👧‍👦b", "🇩🇪", "a作b器", "", "\u{301}", "한국", "\n\t"]
    for _ in 0..<200 {
      let text = (0..<3).map { _ in texts.randomElement(using: &random) ?? "" }.joined()
      let x = Int.random(in: -5...14, using: &random)
      let y = Int.random(in: -1...3, using: &random)
      let rect = Rect(x: x, y: y, width: Int.random(in: 0...8, using: &random), height: 2)
      switch Int.random(in: 0..<4, using: &random) {
      case 0: grid.fill(rect, with: "x", role: role)
      case 1: grid.write(text, x: x, y: y, role: role, in: rect)
      case 2: grid[x: x, y: y] = Cell(glyph: Glyph(text.first ?? " "))
      default: grid.write(text, x: x, y: y, role: role)
      }
      for row in 0..<grid.height { expectWhole(grid, row: row) }
    }
  }

  private func expectWhole(_ grid: CellGrid, row: Int) {
    let cells = Array(grid.cells(inRow: row))
    #expect(cells.reduce(0) { $0 + $1.glyph.columns } == grid.width)
    for (index, cell) in cells.enumerated() where cell.glyph.columns == 2 {
      #expect(index + 1 < cells.count && cells[index + 1].glyph.isContinuation)
    }
  }

  @Test func matchesAreMarkedWithoutRegardToCase() {
    var grid = CellGrid(width: 12, height: 2)
    grid.write("Ab作ab aB作", x: 0, y: 0, role: Role(rawValue: 1))
    grid.write("ab", x: 0, y: 1, role: Role(rawValue: 1))
    grid.mark("aB作", in: Rect(x: 0, y: 0, width: 12, height: 1), role: Role(rawValue: 7))
    #expect(grid.cells(inRow: 0).map(\.role.rawValue) == [7, 7, 7, 7, 1, 1, 1, 7, 7, 7, 7, 0])
    #expect(grid.cells(inRow: 1).allSatisfy { $0.role.rawValue < 7 })
  }

  @Test func nothingIsMarkedForNoTextOrOutside() {
    var grid = CellGrid(width: 4, height: 1)
    grid.write("abab", x: 0, y: 0, role: Role(rawValue: 1))
    let before = grid
    grid.mark("", in: grid.bounds, role: Role(rawValue: 7))
    grid.mark("ab", in: Rect(x: 1, y: 0, width: 2, height: 1), role: Role(rawValue: 7))
    #expect(grid == before)
  }
}

/// A generator that gives the same numbers every time.
struct Seeded: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
