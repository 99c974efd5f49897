package import Dashboard
import DashboardView
import ParallelFor
package import Screen
import Terminal
import Themes

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// The dashboard's event loop. It waits, applies keys, signals and events to the state, and draws.
///
/// It draws at most 30 frames a second for keys and 15 for events, and four while only the clock moves.
package final class DashboardLoop {
  /// Why the loop ended.
  package enum Ending {
    case left
    /// The terminal is gone. The run continues without it.
    case hungUp
    /// The user wants to run the failed items again.
    case again
  }

  private static let keyFrame: Int64 = 33_000_000
  private static let eventFrame: Int64 = 66_000_000
  private static let clockFrame: Int64 = 250_000_000
  private static let idleFrame: Int64 = 1_000_000_000

  private let watched: any WatchedRun
  private let display: any Display
  private let signals: Int32
  private let keymap = Keymap()
  private var view: DashboardView
  private var themes: ThemeRing
  private var search = ArchiveSearch()
  private var grid: CellGrid
  private var lastFrame: Instant?
  private var lastFollowed: Instant?
  private var isDirty = true
  private var hasKeyFrame = true
  private var hasLeft = false
  private var runsAgain = false
  /// Whether the terminal was lost while it was lent.
  private var isHungUp = false
  private var leavesAtEnd: Bool
  private var news = RunNews()
  private var lastMessage: String?

  package private(set) var dashboard: Dashboard
  package private(set) var controller: RunController

  /// - Parameters:
  ///   - watched: The run, which has not started.
  ///   - dashboard: The state of the dashboard.
  ///   - controller: The controller of the run.
  ///   - display: The screen, and the source of keys.
  ///   - signals: The descriptor from which signals are read.
  ///   - leavesAtEnd: Whether to leave when the run is over.
  package init(
    _ watched: any WatchedRun, _ dashboard: Dashboard, controller: RunController, on display: any Display,
    signals: Int32, themes: ThemeRing, glyphs: GlyphSet, leavesAtEnd: Bool
  ) {
    self.watched = watched
    self.dashboard = dashboard
    self.controller = controller
    self.display = display
    self.signals = signals
    self.themes = themes
    self.leavesAtEnd = leavesAtEnd
    view = DashboardView(theme: themes.theme, glyphs: glyphs)
    grid = CellGrid(width: display.size.width, height: display.size.height, role: ThemeRole.text.role)
  }

  /// Runs until the user leaves or the terminal is gone.
  package func run() -> Ending {
    let beginning = MonotonicClock.now
    // Take events before the first key, which may change the number of threads and must find it.
    takeEvents(at: beginning)
    drawFrame(at: beginning)
    watched.start()
    while !hasLeft {
      let readiness = display.waitForInput(
        or: [signals, watched.waker.descriptor], milliseconds: waitTime(at: MonotonicClock.now))
      watched.waker.clear()
      let now = MonotonicClock.now
      if readiness.isHungUp { return .hungUp }
      if !takeSignals(at: now) { return .hungUp }
      takeInput(at: now)
      if isHungUp { return .hungUp }
      takeEvents(at: now)
      controller.tick(at: now)
      if controller.isAbandoned { return .left }
      stepSearch(at: now)
      if display.isReady, isFrameDue(at: now) { drawFrame(at: now) }
    }
    return runsAgain ? .again : .left
  }

  // MARK: - Facts and requests

  private func takeEvents(at now: Instant) {
    if let clock = dashboard.replay, watched.play(to: clock.place(at: now)) { dashboard.rewind() }
    if news.takeEvents(of: watched, for: &dashboard, at: now) { isDirty = true }
    dashboard.followReplay(length: watched.length, isBehind: watched.isBehind, at: now)
    carryOut(dashboard.takeEffects(), at: now)
    if let problem = watched.inputProblem { tell("the items end here: \(problem)", at: now) }
    for sentence in news.sentences(about: watched, for: &dashboard, at: now) { tell(sentence, at: now) }
    if leavesAtEnd, dashboard.live.state == .done, watched.isDelivered { hasLeft = true }
  }

  private func tell(_ text: String, at now: Instant) {
    guard lastMessage != text else { return }
    lastMessage = text
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
        grid.save(to: file)
      }
      updateRows()
      // Let the run answer before the next key counts from the number of threads, or a script checks the state.
      takeEvents(at: now)
    }
  }

  private func press(_ key: Key, at now: Instant) {
    if case .mouse(let event) = key { return take(event, at: now) }
    switch keymap.meaning(of: key, in: dashboard) {
    case .command(let command): perform(command, at: now)
    case .text(let key): carryOut(dashboard.type(key, at: now), at: now)
    case nil: break
    }
  }

  private func take(_ event: MouseEvent, at now: Instant) {
    let place = view.place(x: event.x, y: event.y, size: display.size, of: dashboard, at: now)
    switch (place, event.kind) {
    case (.hint(let command), .click): perform(command, at: now)
    case (.panel(let panel, let row), .click): carryOut(dashboard.click(panel, row: row, at: now), at: now)
    case (.panel(let panel, _), _):
      carryOut(dashboard.turnWheel(panel, down: event.kind == .wheelDown, at: now), at: now)
    case (.page, .wheelUp), (.page, .wheelDown):
      carryOut(dashboard.turnWheel(nil, down: event.kind == .wheelDown, at: now), at: now)
    case (.page, .click), (.hint, _), (nil, _): return
    }
  }

  private func perform(_ command: Command, at now: Instant) {
    carryOut(dashboard.perform(command, at: now), at: now)
  }

  /// Handles the signals that have arrived. Returns false if the terminal is gone.
  private func takeSignals(at now: Instant) -> Bool {
    for request in Signals.take(from: signals) {
      isDirty = true
      switch request {
      case .interrupt: perform(.interrupt, at: now)
      case .moreThreads, .fewerThreads:
        perform(request == .moreThreads ? .moreThreads : .fewerThreads, at: now)
        takeEvents(at: now)
      case .suspend: suspend(at: now)
      case .continued:
        watched.programContinues()
        display.resume()
      case .resized: break
      case .terminate: mustEnd(.terminated, "terminated", at: now)
      case .end(let number): mustEnd(.signal(number), Signals.name(number), at: now)
      case .quit:
        controller.mustQuit(.quit, at: now)
        hasLeft = true
      case .hangup: return false
      }
    }
    return true
  }

  private func mustEnd(_ reason: StopReason, _ name: String, at now: Instant) {
    controller.mustEnd(reason, at: now)
    leavesAtEnd = true
    if dashboard.replay != nil { hasLeft = true }
    tell("\(name): waiting for running items", at: now)
  }

  private func carryOut(_ effects: [Effect], at now: Instant) {
    for effect in effects {
      switch effect {
      case .run(let effect): controller.carryOut(effect, at: now)
      case .retry(let ids): dashboard.retryAnswered(ids, taken: controller.retry(ids), at: now)
      case .screen(let effect): carryOut(effect, at: now)
      }
    }
  }

  private func carryOut(_ effect: ScreenEffect, at now: Instant) {
    switch effect {
    case .loadDetail(let id): loadDetail(id)
    case .search(let text, let from, let forward):
      if let archive = watched.archive { search.begin(searchFor: text, from: from, forward: forward, in: archive) }
    case .scanFilter(let filter): if let archive = watched.archive { search.begin(filter, in: archive) }
    case .matchFilter(let id):
      let range = id.position..<id.position + 1
      let slowLimit = dashboard.live.slowLimit
      let found = watched.archive?.matches(dashboard.results.filter, in: range, slowLimit: slowLimit)
      dashboard.filterMatched(found ?? [])
    case .findFailed(let filter): if let archive = watched.archive { search.begin(markingIn: filter, of: archive) }
    case .explain(let id, let isMeasured):
      let worker = dashboard.live.runningItem(id)?.worker
      if let problem = watched.explain(id, on: worker, isMeasured: isMeasured) {
        dashboard.showPlan(ItemPlan(item: id, isMeasured: isMeasured, lines: [problem]))
      }
    case .nextTheme:
      themes.next()
      view.theme = themes.theme
      tell("theme: \(themes.theme.name)", at: now)
    case .redraw: display.redraw()
    case .suspend: suspend(at: now)
    case .lend(let user, let id): lend(to: user, id, at: now)
    case .copy(let text): display.copy(text)
    case .runAgain: (runsAgain, hasLeft) = (true, true)
    case .quit: hasLeft = true
    }
  }

  /// Lends the terminal to a program that shows the outputs of an item. Meanwhile, the run continues.
  private func lend(to user: TerminalUser, _ id: ItemID, at now: Instant) {
    do throws(DashboardError) {
      let files = try OutputFiles(id, outputs(of: id))
      defer { files.remove() }
      guard !files.paths.isEmpty else { return tell("item \(id) has written nothing yet", at: now) }
      display.suspend()
      defer { display.resume() }
      guard let loan = TerminalLoan(user, files.paths) else { return tell("there is no terminal to lend", at: now) }
      while !loan.isOver {
        var polled = [signals, watched.waker.descriptor].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        poll(&polled, nfds_t(polled.count), 50)
        watched.waker.clear()
        let now = MonotonicClock.now
        for request in Signals.take(from: signals) { pass(request, to: loan, at: now) }
        takeEvents(at: now)
        controller.tick(at: now)
      }
    } catch {
      tell(error.description, at: now)
    }
    hasKeyFrame = true
    isDirty = true
  }

  private func outputs(of id: ItemID) -> [(name: String, part: TextScan.Part)] {
    if dashboard.live.runningItem(id) != nil, let live = watched.liveOutput(of: id) {
      return [("output", live.output.part), ("errors", live.errors.part)]
    }
    return Array(zip(["output", "errors"], watched.archive?.searchedParts(of: id).suffix(2) ?? []))
  }

  /// Handles a signal while another program has the terminal.
  private func pass(_ request: Signals.Request, to loan: TerminalLoan, at now: Instant) {
    switch request {
    // The keys were meant for the other program.
    case .interrupt, .quit, .resized: return
    case .suspend: if watched.suspensionProblem == nil { Suspension.stopUntilContinued(watched) }
    case .continued: watched.programContinues()
    case .moreThreads: perform(.moreThreads, at: now)
    case .fewerThreads: perform(.fewerThreads, at: now)
    case .hangup, .terminate, .end: loan.signal(endingSignal(of: request, at: now))
    }
  }

  private func endingSignal(of request: Signals.Request, at now: Instant) -> Int32 {
    switch request {
    case .hangup: isHungUp = true
    case .end(let number): mustEnd(.signal(number), Signals.name(number), at: now)
    default: mustEnd(.terminated, "terminated", at: now)
    }
    return isHungUp ? SIGHUP : SIGTERM
  }

  private func suspend(at now: Instant) {
    if let problem = watched.suspensionProblem { return tell(problem, at: now) }
    display.suspend()
    Suspension.stopUntilContinued(watched) { display.resume() }
    isDirty = true
    hasKeyFrame = true
  }

  // MARK: - Items

  private func loadDetail(_ id: ItemID) {
    // An item that a frozen display shows as running may have ended since.
    let archive = dashboard.isFrozenRunning(id) ? nil : watched.archive
    let ended = archive?.detail(id) { watched.invocation(of: $0, id: id, worker: $1) }
    guard var detail = ended ?? runningDetail(id) else { return }
    if dashboard.live.runningItem(id) != nil, let live = watched.liveOutput(of: id) {
      detail.processID = live.process
      detail.used = live.used
      detail.show(output: live.output, errors: live.errors)
    }
    detail.table = RecordTable.lines(of: detail.output, values: watched.values)
    dashboard.showDetail(detail)
  }

  private func runningDetail(_ id: ItemID) -> ItemDetail? {
    guard let started = dashboard.facts.runningItem(id) else { return nil }
    var detail = ItemDetail(id: id, label: started.label)
    detail.worker = started.worker
    detail.attempt = started.attempt
    detail.start = started.start
    if let (item, invocation) = watched.running(started) {
      detail.invocation = invocation
      detail.fields = item.shownFields
    }
    return detail
  }

  /// The row of an item that has ended, or the fields of a running one; nil if neither is known.
  private func row(_ id: ItemID) -> ResultRow? {
    if var row = watched.archive?.row(id) {
      if row.state == .succeeded { row.values = watched.values(inLine: row.line) }
      return row
    }
    guard dashboard.hasRecords, let started = dashboard.facts.runningItem(id), let item = watched.running(started)?.item
    else { return nil }
    return ResultRow(id: id, label: started.label, state: .running, fields: item.shownFields)
  }

  private func stepSearch(at now: Instant) {
    guard search.isBusy, let archive = watched.archive else { return }
    search.step(archive, telling: &dashboard, at: now)
    isDirty = true
  }

  /// Shows what the open item has written since, while it runs.
  private func followOpenItem(at now: Instant) {
    guard let id = dashboard.openItem, dashboard.frozen == nil, dashboard.live.runningItem(id) != nil,
      lastFollowed.map({ now.nanoseconds(since: $0) >= Self.clockFrame }) ?? true
    else { return }
    lastFollowed = now
    loadDetail(id)
  }

  private func updateRows() {
    dashboard.rows = view.layout(for: display.size, of: dashboard).rows
  }

  // MARK: - Frames

  private func isFrameDue(at now: Instant) -> Bool {
    guard let lastFrame else { return true }
    return now.nanoseconds(since: lastFrame) >= frameTime
  }

  /// The current minimum time between two frames.
  private var frameTime: Int64 {
    if isDirty { return hasKeyFrame ? Self.keyFrame : Self.eventFrame }
    if dashboard.live.state == .done { return .max }
    return isQuiet ? Self.idleFrame : Self.clockFrame
  }

  /// Whether nothing happens until the user does something.
  private var isQuiet: Bool {
    dashboard.live.state == .done || dashboard.live.state == .paused && dashboard.live.tally.running == 0
  }

  private func waitTime(at now: Instant) -> Int {
    if search.isBusy || watched.isBehind { return 0 }
    let passed = lastFrame.map { now.nanoseconds(since: $0) } ?? .max
    let isWaiting = frameTime == .max || !display.isReady
    let untilFrame = isWaiting ? Self.idleFrame : max(0, frameTime - passed)
    let untilCheck = isQuiet ? Self.clockFrame : Self.eventFrame
    return Int((min(untilFrame, untilCheck) + 999_999) / 1_000_000)
  }

  private func drawFrame(at now: Instant) {
    if grid.width != display.size.width || grid.height != display.size.height {
      grid = CellGrid(width: display.size.width, height: display.size.height, role: ThemeRole.text.role)
    }
    followOpenItem(at: now)
    updateRows()
    dashboard.showResults(dashboard.visibleItems(at: now).compactMap(row))
    dashboard.prepareFrame(at: dashboard.shownInstant(now))
    view.draw(dashboard, at: now, into: &grid)
    display.present(grid, palette: themes.palette(depth: display.colorDepth))
    lastFrame = now
    isDirty = false
    hasKeyFrame = false
  }
}
