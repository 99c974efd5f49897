@preconcurrency import CNCurses
import CTerminalGuard
public import Screen

#if canImport(Glibc)
  @preconcurrency import Glibc
#elseif canImport(Darwin)
  @preconcurrency import Darwin
#endif

/// The system's call, where a method has its name.
private func openDevice(_ path: String, _ flags: Int32) -> Int32 { open(path, flags) }

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

  /// How long the terminal may take nothing before it is given back unread, in milliseconds.
  private static let patience: Int32 = 500

  private let screen: OpaquePointer
  let spool: ScreenSpool
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
  var decoder: KeyDecoder
  /// In how many nanoseconds the decoder wants to be asked again; nil for not before something comes.
  var decoderDelay: Int64?

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
    guard let spool = ScreenSpool(path: device.output), let input = Self.openInput(device.input) else {
      throw .noTerminal
    }
    let type = environment["TERM"] ?? ""
    if device.isGuarded { tg_guard_save(spool.descriptor) }
    let wanted = colorDepth ?? Self.promisedDepth(environment)
    let found = Self.unsuitability(type, descriptor: spool.descriptor)
    guard found == nil, let screen = Self.begin(type, wanted, spool.file, input) else {
      fclose(input)
      throw found ?? .unsuitable("the terminal type \"\(SafeText.visible(type))\" is unknown")
    }
    self.screen = screen
    self.spool = spool
    self.input = input
    self.environment = environment
    decoder = KeyDecoder(.ofTerminal(), pauses: Self.pauses(environment))
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
    delscreen(screen)
    fclose(input)
  }

  /// Gives the terminal back for a while, as before the program stops itself.
  public func suspend() {
    guard !hasLeft, !isSuspended else { return }
    isSuspended = true
    giveBack()
  }

  /// Takes the terminal again after `suspend`, or after others have stopped and continued the program, when a shell may
  /// have changed the terminal's modes. The next frame is drawn in full.
  public func resume() {
    guard !hasLeft else { return }
    // Only after giving the terminal back are its modes those of others, to be given back again.
    if isSuspended, isGuarded { tg_guard_save(spool.descriptor) }
    isSuspended = false
    enter()
    redraw()
  }

  /// Draws the next frame in full, whatever others have written onto the screen.
  public func redraw() {
    shown = nil
    isCleared = true
  }

  /// Takes the window's size when it has changed; true when it has.
  func adoptSize() -> Bool {
    let current = Self.size(descriptor: spool.descriptor, environment: environment)
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
  private static func openInput(_ path: String) -> UnsafeMutablePointer<FILE>? {
    let descriptor = openDevice(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    guard let file = fdopen(descriptor, "r") else {
      close(descriptor)
      return nil
    }
    return file
  }

  private static func begin(
    _ type: String, _ depth: ColorDepth, _ output: UnsafeMutablePointer<FILE>, _ input: UnsafeMutablePointer<FILE>
  ) -> OpaquePointer? {
    // A type that is direct already gets the same meaning of its first 16 colours.
    let isDirect = depth == .truecolor || type.hasSuffix("-direct")
    let direct = isDirect ? DirectColor.withType(from: type) { open(DirectColor.name, output, input) } : nil
    guard let screen = direct ?? open(type, output, input) else { return nil }
    // A frame is drawn whole though keys wait.
    typeahead(-1)
    if has_colors() {
      start_color()
      use_default_colors()
    }
    return screen
  }

  private static func open(
    _ type: String, _ output: UnsafeMutablePointer<FILE>, _ input: UnsafeMutablePointer<FILE>
  ) -> OpaquePointer? {
    CursesEnvironment.withoutWrongSizes { newterm(type, output, input) }
  }

  private func enter() {
    set_term(screen)
    if isGuarded { tg_guard_take_modes() }
    noecho()
    nonl()
    keypad(nc_stdscr(), true)
    curs_set(0)
    guard isGuarded else { return }
    if let on = Paste.on { spool.add(on) }
    tg_stderr_capture()
    let reset = Self.resetSequence()
    tg_guard_arm(reset, reset.utf8.count)
  }

  private func giveBack() {
    set_term(screen)
    if isGuarded, let off = Paste.off { spool.add(off) }
    endwin()
    if !spool.drain(within: Self.patience) {
      spool.discard()
      if isGuarded { spool.add(Self.resetSequence()) }
      spool.send()
    }
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
