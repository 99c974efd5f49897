import Dashboard
import DashboardView
import OSText
import ParallelFor
import Screen

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// The dashboard gives up the terminal for a while, and what it shows is taken elsewhere.
extension DashboardLoop {
  /// Lends the terminal to a program that shows the outputs of an item. Meanwhile, the run continues.
  func lend(to user: TerminalUser, _ id: ItemID, at now: Instant) {
    do throws(DashboardError) {
      let files = try OutputFiles(id, outputs(of: id))
      defer { files.remove() }
      var variables: [[UInt8]] = []
      if case .line = user {
        variables = itemVariables(id, files)
      } else if files.paths.isEmpty {
        return tell("item \(id) has written nothing yet", at: now)
      }
      display.suspend()
      defer { display.resume() }
      guard let loan = TerminalLoan(user, files.paths, variables: variables) else {
        return tell("there is no terminal to lend", at: now)
      }
      while !loan.isOver {
        let now = waitBesideTerminal()
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

  /// The variables that tell a user's line about an item.
  private func itemVariables(_ id: ItemID, _ files: OutputFiles) -> [[UInt8]] {
    let running = dashboard.live.runningItem(id).flatMap { watched.running($0)?.item.text }
    let part = watched.archive?.searchedParts(of: id).first
    let text = running ?? part.map { $0.read(0, min($0.count, OutputFiles.mostItemBytes)) } ?? []
    let item = text.prefix(OutputFiles.mostItemBytes).prefix { $0 != 0 }
    return [Array("PFOR_ITEM=".utf8) + item, Array("PFOR_NUMBER=\(id.number)".utf8)]
      + zip(["PFOR_OUTPUT", "PFOR_ERRORS", "PFOR_RUN"], [files.output, files.errors, watched.runFile ?? ""]).map {
        OSText.bytes("\($0)=\($1)")
      }
  }

  func save(_ ids: [ItemID], of count: Int, to path: String, at now: Instant) {
    let rows = ids.map { row($0) ?? dashboard.resultRow($0, at: now) }
    tell(SavedList.write(SavedList.text(of: rows), rows: rows.count, of: count, to: path), at: now)
  }

  /// Shows plain lines about what happens until the user presses Enter. Meanwhile, the run continues.
  func showStream(at now: Instant) {
    let columns = display.size.width
    display.suspend()
    defer { display.resume() }
    guard let opened = PlainStream(columns: columns, glyphs: view.glyphs) else {
      return tell("there is no terminal for plain lines", at: now)
    }
    stream = opened
    defer { stream = nil }
    while !hasLeft, !isHungUp, !opened.isOver {
      let now = waitBesideTerminal()
      for request in Signals.take(from: signals) { take(request, from: opened, at: now) }
      takeEvents(at: now)
      controller.tick(at: now)
    }
    hasKeyFrame = true
    isDirty = true
  }

  /// Handles a signal while plain lines are shown.
  private func take(_ request: Signals.Request, from stream: PlainStream, at now: Instant) {
    switch request {
    case .interrupt:
      stream.end()
      perform(.interrupt, at: now)
    case .quit:
      controller.mustQuit(.quit, at: now)
      hasLeft = true
    case .resized: return
    case .suspend: if watched.suspensionProblem == nil { Suspension.stopUntilContinued(watched) }
    case .continued: watched.programContinues()
    case .moreThreads: perform(.moreThreads, at: now)
    case .fewerThreads: perform(.fewerThreads, at: now)
    case .hangup, .terminate, .end:
      stream.end()
      _ = endingSignal(of: request, at: now)
    }
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
}
