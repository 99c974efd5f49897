@preconcurrency import CNCurses
import CTerminalGuard
public import Screen

#if canImport(Glibc)
  @preconcurrency import Glibc
#elseif canImport(Darwin)
  @preconcurrency import Darwin
#endif

/// The controlling terminal as a screen: making one enters it, losing it gives the terminal back.
///
/// It presents grids and yields keys, and does not know what they mean. It draws on the terminal itself, whatever
/// standard output is. Curses is not made for threads: make and use it on the main thread only, one at a time.
///
/// While the screen is up, what is written to standard error is kept back, and written when the terminal is given back:
/// by leaving, by suspending, or by a fatal signal.
public final class Terminal {
  /// Whether the environment asks for UTF-8; where it does not, pictures should be of ASCII characters.
  public static var localeIsUTF8: Bool { TerminalLocale.isUTF8 }

  private let screen: OpaquePointer
  private let output: UnsafeMutablePointer<FILE>
  private let input: UnsafeMutablePointer<FILE>
  private let environment: [String: String]
  private var hasLeft = false
  private var isSuspended = false

  var pairs: ColorPairs
  /// What is on the screen; nil when all must be drawn.
  var shown: (grid: CellGrid, palette: Palette)?
  var isCleared = true
  /// The styles of the shown palette, by role and selection, as far as they were needed.
  var styles: [ColorPairs.Drawn?] = []
  /// Reading from a pad of its own never draws, as reading from the screen's window would.
  let keyboard: UnsafeMutablePointer<WINDOW>
  var decoder = KeyDecoder()

  /// How many columns and rows there are.
  public private(set) var size: Size

  /// How many colours are used.
  public var colorDepth: ColorDepth { pairs.depth }

  /// Enters the screen of the controlling terminal.
  ///
  /// - Parameters:
  ///   - colorDepth: At most how many colours to use; what the environment promises when nil.
  ///   - environment: Where `TERM`, `COLORTERM`, `LINES` and `COLUMNS` are looked up.
  public convenience init(colorDepth: ColorDepth? = nil, environment: [String: String]) throws(TerminalError) {
    try self.init(Device.controlling, colorDepth: colorDepth, environment: environment)
  }

  /// What is drawn on and read from.
  struct Device {
    var output: String
    var input: String
    /// Whether standard error is kept back and fatal signals give the terminal back.
    var isGuarded: Bool

    static let controlling = Device(output: "/dev/tty", input: "/dev/tty", isGuarded: true)
  }

  init(_ device: Device, colorDepth: ColorDepth?, environment: [String: String]) throws(TerminalError) {
    _ = TerminalLocale.isUTF8
    guard let output = fopen(device.output, "we") else { throw .noTerminal }
    guard let input = fopen(device.input, "re") else {
      fclose(output)
      throw .noTerminal
    }
    let type = environment["TERM"] ?? ""
    if device.isGuarded { tg_guard_save(fileno(output)) }
    let wanted = colorDepth ?? Self.promisedDepth(environment)
    let found = Self.unsuitability(type, descriptor: fileno(output))
    guard found == nil, let screen = Self.begin(type, wanted, output, input), let keyboard = newpad(1, 1) else {
      fclose(output)
      fclose(input)
      throw found ?? .unsuitable("the terminal type \"\(SafeText.visible(type))\" is unknown")
    }
    self.screen = screen
    self.output = output
    self.input = input
    self.environment = environment
    self.keyboard = keyboard
    self.isGuarded = device.isGuarded
    pairs = ColorPairs(atMost: wanted)
    size = Size(width: Int(nc_cols()), height: Int(nc_lines()))
    _ = adoptSize()
    enter()
  }

  private let isGuarded: Bool

  deinit { leave() }

  /// Gives the terminal back: its former screen, its modes, its cursor. Nothing happens the second time.
  public func leave() {
    guard !hasLeft else { return }
    hasLeft = true
    if !isSuspended { giveBack() }
    delwin(keyboard)
    delscreen(screen)
    fclose(output)
    fclose(input)
  }

  /// Gives the terminal back for a while, as before the program stops itself.
  public func suspend() {
    guard !hasLeft, !isSuspended else { return }
    isSuspended = true
    giveBack()
  }

  /// Takes the terminal again after `suspend`, or after others have stopped and continued the program, when a shell may
  /// have changed the terminal's modes. The next frame is drawn anew.
  public func resume() {
    guard !hasLeft else { return }
    // Only after giving the terminal back are its modes those of others, to be given back again.
    if isSuspended, isGuarded { tg_guard_save(fileno(output)) }
    isSuspended = false
    enter()
    redraw()
  }

  /// Draws everything anew with the next frame, whatever others have written onto the screen.
  public func redraw() {
    shown = nil
    isCleared = true
  }

  /// Takes the window's size when it has changed; true when it has.
  func adoptSize() -> Bool {
    let current = Self.size(descriptor: fileno(output), environment: environment)
    let known = Size(width: Int(nc_cols()), height: Int(nc_lines()))
    guard current != known || current != size else { return false }
    resizeterm(Int32(current.height), Int32(current.width))
    size = current
    redraw()
    return true
  }

  var inputDescriptor: Int32 { fileno(input) }
}

extension Terminal {
  /// A window that reports no size, as some serial lines and containers have, gets that of the environment, or 80x24.
  static func size(descriptor: Int32, environment: [String: String]) -> Size {
    if let size = windowSize(descriptor) { return size }
    func positive(_ name: String) -> Int? {
      environment[name].flatMap { Int($0) }.flatMap { 1...9999 ~= $0 ? $0 : nil }
    }
    return Size(width: positive("COLUMNS") ?? 80, height: positive("LINES") ?? 24)
  }

  /// The size that the window of a terminal reports; nil for none, and where there is no terminal.
  package static func windowSize(_ descriptor: Int32) -> Size? {
    var columns: Int32 = 0
    var rows: Int32 = 0
    guard tg_window_size(descriptor, &columns, &rows) == 0, columns > 0, rows > 0 else { return nil }
    return Size(width: Int(columns), height: Int(rows))
  }

  private static func begin(
    _ type: String, _ depth: ColorDepth, _ output: UnsafeMutablePointer<FILE>, _ input: UnsafeMutablePointer<FILE>
  ) -> OpaquePointer? {
    // A type that is direct already gets the same meaning of its first 16 colours.
    let isDirect = depth == .truecolor || type.hasSuffix("-direct")
    let direct = isDirect ? DirectColor.withType(from: type) { newterm(DirectColor.name, output, input) } : nil
    guard let screen = direct ?? newterm(type, output, input) else { return nil }
    if has_colors() {
      start_color()
      use_default_colors()
    }
    return screen
  }

  private func enter() {
    set_term(screen)
    raw()
    noecho()
    nonl()
    keypad(keyboard, true)
    nodelay(keyboard, true)
    set_escdelay(25)
    curs_set(0)
    Paste.defineKeys()
    guard isGuarded else { return }
    Paste.enable(output)
    tg_stderr_capture()
    let reset = Self.resetSequence()
    tg_guard_arm(reset, reset.utf8.count)
  }

  private func giveBack() {
    set_term(screen)
    if isGuarded { Paste.disable(output) }
    endwin()
    guard isGuarded else { return }
    tg_guard_disarm()
    tg_guard_restore_modes()
    tg_stderr_release()
  }

  /// What takes a terminal out of everything that curses and this program switch on.
  private static func resetSequence() -> String {
    var reset = Paste.off ?? ""
    for name in ["sgr0", "op", "rmkx", "cnorm", "rmcup"] {
      guard let text = nc_capability(name) else { continue }
      reset += String(cString: text)
    }
    return reset
  }
}
