@preconcurrency import CNCurses
import CTerminalGuard
package import Screen

#if canImport(Glibc)
  @preconcurrency import Glibc
#elseif canImport(Darwin)
  @preconcurrency import Darwin
#endif

/// The controlling terminal as a screen. Creating one enters the screen; releasing it gives the terminal back.
///
/// It presents grids and returns keys, and does not know what they mean. It draws on the terminal itself, even when
/// standard output is something else. Curses is not thread-safe: use one at a time, on the main thread only.
///
/// While the screen is up, output to standard error is held back. It is written when the terminal is given back: by
/// leaving, by suspending, or by a fatal signal.
package final class Terminal {
  /// Whether the environment asks for UTF-8. If not, draw with ASCII characters.
  ///
  /// The first access also sets the character set in which curses draws: the environment's if that is UTF-8, otherwise
  /// `C.UTF-8`, because texts of items are always UTF-8. Other locale categories stay unchanged, because a decimal
  /// comma would change how numbers are read.
  package static let localeIsUTF8: Bool = {
    setlocale(LC_CTYPE, "")
    let isUTF8 = nl_langinfo(nl_item(CODESET)).map { String(cString: $0) } == "UTF-8"
    if !isUTF8, setlocale(LC_CTYPE, "C.UTF-8") == nil { setlocale(LC_CTYPE, "en_US.UTF-8") }
    return isUTF8
  }()

  /// How long the terminal may accept nothing before it is given back without the pending output, in milliseconds.
  private static let patience: Int32 = 500

  private let screen: OpaquePointer
  let spool: ScreenSpool
  private let input: UnsafeMutablePointer<FILE>
  private let environment: [String: String]
  private let isGuarded: Bool
  private let hasMouse: Bool
  /// What the terminal shows outside of the screen.
  private let signs: TerminalStatus.Signs
  /// What it shows there now, and since when; nil if that must be sent again.
  private var announced: (status: TerminalStatus, time: Int64)?
  private var hasLeft = false
  private var isSuspended = false

  var pairs: ColorPairs
  /// What is on the screen; nil when everything must be drawn.
  var shown: (grid: CellGrid, palette: Palette)?
  var isCleared = true
  /// The styles of the shown palette, by role and selection; nil until first needed.
  var styles: [ColorPairs.Drawn?] = []
  var decoder: KeyDecoder
  /// The nanoseconds until the decoder may have a key without further bytes; nil for never.
  var decoderDelay: Int64?

  package private(set) var size: Size
  package var colorDepth: ColorDepth { pairs.depth }

  /// Enters the screen of the controlling terminal.
  ///
  /// - Parameters:
  ///   - colorDepth: The highest colour depth to use; nil for the one that the environment promises.
  ///   - hasMouse: Whether clicks and the wheel are reported. The terminal then selects text only with Shift.
  ///   - environment: The source of `TERM`, `COLORTERM`, `LINES`, `COLUMNS` and `ESCDELAY`.
  package convenience init(
    colorDepth: ColorDepth? = nil, hasMouse: Bool = false, environment: [String: String]
  ) throws(TerminalError) {
    try self.init(Device.controlling, colorDepth: colorDepth, hasMouse: hasMouse, environment: environment)
  }

  /// The files to draw on and to read from.
  struct Device {
    var output: String
    var input: String
    /// Whether standard error is held back and fatal signals give the terminal back.
    var isGuarded: Bool

    static let controlling = Device(output: "/dev/tty", input: "/dev/tty", isGuarded: true)
  }

  init(
    _ device: Device, colorDepth: ColorDepth?, hasMouse: Bool = false, environment: [String: String]
  ) throws(TerminalError) {
    _ = Self.localeIsUTF8
    guard let spool = ScreenSpool(path: device.output), let input = Self.openInput(device.input) else {
      throw .noTerminal
    }
    let type = environment["TERM"] ?? ""
    if device.isGuarded { tg_guard_save(spool.descriptor) }
    let wanted = colorDepth ?? Self.promisedDepth(environment)
    let found = Self.unsuitability(type, descriptor: spool.descriptor)
    guard found == nil, let screen = Self.begin(type, wanted, spool.file, input) else {
      fclose(input)
      throw found ?? Self.unknown(type)
    }
    self.screen = screen
    self.spool = spool
    self.input = input
    self.environment = environment
    decoder = KeyDecoder(.ofTerminal(), pauses: Self.pauses(environment))
    self.isGuarded = device.isGuarded
    self.hasMouse = hasMouse
    signs = device.isGuarded ? TerminalStatus.Signs(environment) : .none
    pairs = ColorPairs(atMost: wanted)
    size = Size(width: Int(nc_cols()), height: Int(nc_lines()))
    _ = adoptSize()
    enter()
  }

  deinit { leave() }

  /// Gives the terminal back with its former screen, modes and cursor. A second call does nothing.
  package func leave() {
    guard !hasLeft else { return }
    hasLeft = true
    if !isSuspended { giveBack() }
    delscreen(screen)
    fclose(input)
  }

  /// Gives the terminal back for a while, for example before the program stops itself.
  package func suspend() {
    guard !hasLeft, !isSuspended else { return }
    isSuspended = true
    giveBack()
  }

  /// Takes the terminal again after `suspend`, or after another process has stopped and continued the program.
  ///
  /// A shell may have changed the terminal's modes meanwhile. The next frame is drawn in full.
  package func resume() {
    guard !hasLeft else { return }
    // Only after a suspension do the current modes belong to others and need saving.
    if isSuspended, isGuarded { tg_guard_save(spool.descriptor) }
    isSuspended = false
    enter()
    redraw()
  }

  /// How often the status is sent again in nanoseconds, because some terminals forget progress.
  private static let statusInterval: Int64 = 10_000_000_000

  /// Shows a status outside of the screen, where the terminal can.
  ///
  /// - Parameter now: The time in nanoseconds, from any monotonic clock.
  package func announce(_ status: TerminalStatus, at now: Int64) {
    if let announced, announced.status == status, now - announced.time < Self.statusInterval { return }
    announced = (status, now)
    spool.add(status.sequence(signs))
  }

  /// Rings the bell.
  package func ring() { spool.add("\u{7}") }

  /// Draws the next frame in full, because other processes may have written on the screen.
  package func redraw() {
    shown = nil
    isCleared = true
  }

  /// Adopts the window's size. Returns whether it has changed.
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
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    let file = fdopen(descriptor, "r")
    if file == nil { close(descriptor) }
    return file
  }

  private static func begin(
    _ type: String, _ depth: ColorDepth, _ output: UnsafeMutablePointer<FILE>, _ input: UnsafeMutablePointer<FILE>
  ) -> OpaquePointer? {
    // Types that are already direct are derived too, so that their first 16 colours have the same meaning.
    let isDirect = depth == .truecolor || type.hasSuffix("-direct")
    let direct = isDirect ? DirectColor.withType(from: type) { makeScreen(DirectColor.name, output, input) } : nil
    guard let screen = direct ?? makeScreen(type, output, input) else { return nil }
    // Draw whole frames even while keys are waiting.
    typeahead(-1)
    if has_colors() {
      start_color()
      use_default_colors()
    }
    return screen
  }

  private static func makeScreen(
    _ type: String, _ output: UnsafeMutablePointer<FILE>, _ input: UnsafeMutablePointer<FILE>
  ) -> OpaquePointer? {
    withoutWrongSizes { newterm(type, output, input) }
  }

  private func enter() {
    set_term(screen)
    if isGuarded { tg_guard_take_modes() }
    noecho()
    nonl()
    keypad(nc_stdscr(), true)
    curs_set(0)
    if hasMouse { spool.add(MouseReports.on) }
    guard isGuarded else { return }
    spool.add(TerminalStatus.begin(signs))
    announced = nil
    // Pasted text is marked, so that it does not act as key presses.
    if let mark = Self.capability("BE") { spool.add(mark) }
    tg_stderr_capture()
    let reset = resetSequence()
    tg_guard_arm(reset, reset.utf8.count)
  }

  private func giveBack() {
    set_term(screen)
    if hasMouse { spool.add(MouseReports.off) }
    if isGuarded, let unmark = Self.capability("BD") { spool.add(unmark) }
    spool.add(TerminalStatus.end(signs))
    endwin()
    if !spool.drain(within: Self.patience) {
      spool.discard()
      if isGuarded { spool.add(resetSequence()) }
      spool.send()
    }
    guard isGuarded else { return }
    tg_guard_disarm()
    tg_guard_restore_modes()
    tg_stderr_release()
  }

  /// The sequence that undoes everything that curses and this program switch on.
  private func resetSequence() -> String {
    let mouse = hasMouse ? MouseReports.off : ""
    let screen = ["BD", "sgr0", "op", "rmkx", "cnorm", "rmcup"].compactMap(Self.capability).joined()
    return mouse + TerminalStatus.end(signs) + screen
  }
}

/// Why the terminal cannot be used for the dashboard.
package enum TerminalError: Error, Equatable, Sendable {
  /// There is no controlling terminal to draw on.
  case noTerminal
  /// The terminal type is unknown or cannot place the cursor.
  case unsuitable(String)
}

extension TerminalError: CustomStringConvertible {
  /// The reason as a message for the user.
  package var description: String {
    switch self {
    case .noTerminal: "there is no terminal to draw on"
    case .unsuitable(let reason): reason
    }
  }
}
