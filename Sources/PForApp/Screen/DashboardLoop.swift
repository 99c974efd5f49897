import Dashboard
import DashboardView
import Foundation
import Jobs
import ParallelFor
import Screen
import Terminal
import Themes

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// The dashboard's event loop: takes what happened, folds it into the state, draws once, waits.
///
/// At most 30 frames a second for keys and 15 for events; one a few times a second while only the clock moves.
final class DashboardLoop {
  /// Why the loop was left.
  enum Ending {
    case left
    /// The terminal is gone; the run goes on without it.
    case hungUp
  }

  private static let keyFrame: Int64 = 33_000_000
  private static let eventFrame: Int64 = 66_000_000
  private static let clockFrame: Int64 = 250_000_000
  private static let idleFrame: Int64 = 1_000_000_000

  private let session: RunSession
  private let display: any Display
  private let signals: Int32
  private let keymap = Keymap()
  private var view: DashboardView
  private var themes: ThemeRing
  private var search = ArchiveSearch()
  private var grid: CellGrid
  private var lastFrame: Instant?
  private var isDirty = true
  private var hasKeyFrame = true
  private var hasLeft = false
  private var isArchiveIntact = true
  private var leavesAtEnd: Bool

  private(set) var dashboard: Dashboard
  private(set) var controller: RunController

  init(
    _ session: RunSession, _ dashboard: Dashboard, controller: RunController, on display: any Display, signals: Int32,
    themes: ThemeRing, glyphs: GlyphSet, leavesAtEnd: Bool
  ) {
    self.session = session
    self.dashboard = dashboard
    self.controller = controller
    self.display = display
    self.signals = signals
    self.themes = themes
    self.leavesAtEnd = leavesAtEnd
    view = DashboardView(theme: themes.theme, glyphs: glyphs)
    grid = CellGrid(width: display.size.width, height: display.size.height, role: ThemeRole.text.role)
  }

  /// Runs until the user leaves, or the terminal is gone.
  func run() -> Ending {
    drawFrame(at: MonotonicClock.now)
    session.start()
    while !hasLeft {
      let readiness = display.wait(
        for: [signals, session.waker.descriptor], milliseconds: waitTime(at: MonotonicClock.now))
      session.waker.clear()
      let now = MonotonicClock.now
      if readiness.isHungUp { return .hungUp }
      if !takeSignals(at: now) { return .hungUp }
      takeInput(at: now)
      takeEvents(at: now)
      controller.tick(at: now)
      if controller.isAbandoned { return .left }
      lookThroughArchive()
      if isFrameDue(at: now) { drawFrame(at: now) }
    }
    return .left
  }

  // MARK: - Facts and wishes

  private func takeEvents(at now: Instant) {
    let events = session.run.takeEvents()
    for event in events { dashboard.apply(event) }
    if !events.isEmpty { isDirty = true }
    carryOut(dashboard.takeEffects(), at: now)
    if let error = session.inputError { tell("the items end here: \(error)", at: now) }
    if isArchiveIntact, session.archive?.isIntact == false {
      isArchiveIntact = false
      tell("the temporary folder is full: some results cannot be shown here; none is lost", at: now)
    }
    if leavesAtEnd, dashboard.live.state == .done, session.isDelivered { hasLeft = true }
  }

  private var lastTold: String?

  private func tell(_ text: String, at now: Instant) {
    guard lastTold != text else { return }
    lastTold = text
    dashboard.notice(text, at: now)
    isDirty = true
  }

  private func takeInput(at now: Instant) {
    while !hasLeft, let input = display.nextInput(for: ScriptView(dashboard: dashboard, now: now)) {
      isDirty = true
      hasKeyFrame = true
      switch input {
      case .key(.resize): display.redraw()
      case .key(let key): press(key, at: now)
      case .command(let name, let argument):
        if let command = Command(name: name, argument: argument) { perform(command, at: now) }
      case .saveScreen(let file):
        drawFrame(at: now)
        ScreenFile.save(grid, to: file)
      }
      updateRows()
      // What a key asked of the run is answered before the next step of a script looks.
      takeEvents(at: now)
    }
  }

  private func press(_ key: Key, at now: Instant) {
    switch keymap.meaning(of: key, in: dashboard) {
    case .command(let command): perform(command, at: now)
    case .text(let key): carryOut(dashboard.type(key, at: now), at: now)
    case nil: break
    }
  }

  private func perform(_ command: Command, at now: Instant) {
    carryOut(dashboard.perform(command, at: now), at: now)
  }

  /// False when the terminal is gone.
  private func takeSignals(at now: Instant) -> Bool {
    for wish in Signals.take(from: signals) {
      isDirty = true
      switch wish {
      case .interrupt: perform(.interrupt, at: now)
      case .moreThreads: perform(.moreThreads, at: now)
      case .fewerThreads: perform(.fewerThreads, at: now)
      case .suspend: suspend()
      case .continued: display.resume()
      case .resized: break
      case .terminate:
        controller.mustEnd(ExitCode.terminated, at: now)
        leavesAtEnd = true
        tell("terminated: waiting for what runs", at: now)
      case .hangup: return false
      }
    }
    return true
  }

  private func carryOut(_ effects: [Effect], at now: Instant) {
    for effect in effects where !controller.carryOut(effect, at: now) {
      switch effect {
      case .loadDetail(let id): loadDetail(id)
      case .search(let text, let from, let forward):
        if let archive = session.archive { search.begin(searchFor: text, from: from, forward: forward, in: archive) }
      case .scanFilter(let filter): if let archive = session.archive { search.begin(filter, in: archive) }
      case .nextTheme:
        themes.next()
        view.theme = themes.theme
        tell("theme: \(themes.theme.name)", at: now)
      case .redraw: display.redraw()
      case .suspend: suspend()
      case .quit: hasLeft = true
      case .setTargetWorkers, .pause, .resume, .finish, .stop, .interrupt: break
      }
    }
  }

  private func suspend() {
    display.suspend()
    Suspension.stopUntilContinued()
    display.resume()
    isDirty = true
    hasKeyFrame = true
  }

  // MARK: - What is looked at

  private func loadDetail(_ id: ItemID) {
    let ended = session.archive?.detail(id) { session.invocation(of: $0, id: id, worker: $1) }
    if let detail = ended ?? runningDetail(id) { dashboard.showDetail(detail) }
  }

  private func runningDetail(_ id: ItemID) -> ItemDetail? {
    guard let started = dashboard.live.runningItem(id) else { return nil }
    var detail = ItemDetail(id: id, label: started.label)
    detail.worker = started.worker
    detail.attempt = started.attempt
    detail.start = started.start
    if let item = session.running?.item(id, on: started.worker) {
      detail.invocation = session.invocation(of: item, id: id, worker: started.worker)
      if let fields = item.fields {
        detail.fields = zip(fields.names, fields.values).map {
          ItemDetail.Field(name: $0, value: $1?.description ?? "null")
        }
      }
    }
    return detail
  }

  private func lookThroughArchive() {
    guard search.isBusy, let archive = session.archive else { return }
    search.step(archive, telling: &dashboard)
    isDirty = true
  }

  private func updateRows() {
    dashboard.rows = view.layout(for: display.size, of: dashboard).rows
  }

  // MARK: - Frames

  private func isFrameDue(at now: Instant) -> Bool {
    guard let lastFrame else { return true }
    return now.nanoseconds(since: lastFrame) >= frameTime
  }

  /// The least time between two frames, as things stand.
  private var frameTime: Int64 {
    if isDirty { return hasKeyFrame ? Self.keyFrame : Self.eventFrame }
    switch dashboard.live.state {
    case .done: return .max
    case .paused where dashboard.live.tally.running == 0: return Self.idleFrame
    case .running, .paused, .draining, .stopping: return Self.clockFrame
    }
  }

  private func waitTime(at now: Instant) -> Int {
    if search.isBusy { return 0 }
    let passed = lastFrame.map { now.nanoseconds(since: $0) } ?? .max
    let untilFrame = frameTime == .max ? Self.idleFrame : max(0, frameTime - passed)
    let isQuiet = dashboard.live.state == .done || dashboard.live.state == .paused && dashboard.live.tally.running == 0
    let untilLook = isQuiet ? Self.clockFrame : Self.eventFrame
    return Int((min(untilFrame, untilLook) + 999_999) / 1_000_000)
  }

  private func drawFrame(at now: Instant) {
    if grid.width != display.size.width || grid.height != display.size.height {
      grid = CellGrid(width: display.size.width, height: display.size.height, role: ThemeRole.text.role)
    }
    updateRows()
    if let archive = session.archive { dashboard.showResults(dashboard.visibleResults.compactMap(archive.row)) }
    view.draw(dashboard, at: now, into: &grid)
    display.present(grid, palette: themes.palette(depth: display.colorDepth))
    lastFrame = now
    isDirty = false
    hasKeyFrame = false
  }
}
