import Attempts
import Dashboard
import ParallelFor
import Screen
import Themes

/// The details of one item, in lines that scroll.
struct DetailPanel {
  let drawing: Drawing
  let id: ItemID

  private struct Line {
    var name = ""
    var text: String
    var role = ThemeRole.text
  }

  private static let nameWidth = 10
  /// The columns of the first line that the frame, the number and the hint take.
  private static let aroundTitle = 28

  private static func textWidth(_ areaWidth: Int) -> Int { max(1, areaWidth - 4 - nameWidth) }

  /// Returns the number of lines, which may be more than fit.
  func lineCount(areaWidth: Int) -> Int {
    guard let detail = drawing.dashboard.detail else { return 1 }
    let heads =
      facts(of: detail, width: Self.textWidth(areaWidth)) + output(detail, lines: []) + errors(detail, lines: [])
    return heads.count + detail.output.count + detail.errors.count
  }

  func draw(in area: Rect, of grid: inout CellGrid) {
    grid.fill(area, role: ThemeRole.text.role)
    let running = drawing.facts.runningItem(id)
    let label = drawing.dashboard.detail?.label ?? running?.label ?? ""
    let lines = lines(width: Self.textWidth(area.width))
    let top = min(drawing.dashboard.detailTop, max(0, lines.count - max(1, area.height - 2)))
    let last = min(lines.count, top + max(0, area.height - 2))
    let name = TextWidth.middle(label, columns: area.width - Self.aroundTitle, ellipsis: drawing.glyphs.ellipsis)
    let title = name.isEmpty ? "\(id)" : "\(id) \(name)"
    let footer = "\(last) of \(lines.count) lines"
    let inside = drawing.frame(title, trailing: "Esc back", footer: footer, in: area, of: &grid).inset(horizontal: 1)
    for (index, line) in lines.dropFirst(top).prefix(inside.height).enumerated() {
      draw(line, in: inside.row(index), of: &grid)
    }
    drawing.markMatches(in: inside, of: &grid)
  }

  private func draw(_ line: Line, in row: Rect, of grid: inout CellGrid) {
    var cursor = drawing.cursor(row)
    if !line.name.isEmpty {
      cursor.left(line.name, width: Self.nameWidth - 1, .muted, to: &grid)
      cursor.skip()
    }
    cursor.left(line.text, width: cursor.remaining, line.role, to: &grid)
  }

  private func lines(width: Int) -> [Line] {
    guard let detail = drawing.dashboard.detail else { return [stateLine(nil)] }
    let output = output(detail, lines: detail.output), errors = errors(detail, lines: detail.errors)
    // The errors of a failed item come first, because they are read first.
    let isBad = detail.outcome?.failureReason != nil
    return facts(of: detail, width: width) + (isBad ? errors + output : output + errors)
  }

  private func output(_ detail: ItemDetail, lines: [String]) -> [Line] {
    stream("output", lines, bytes: detail.outputBytes, isCut: detail.outputCut, role: .text)
  }

  private func errors(_ detail: ItemDetail, lines: [String]) -> [Line] {
    stream("errors", lines, bytes: detail.errorBytes, isCut: detail.errorsCut, role: .warning)
  }

  private func facts(of detail: ItemDetail, width: Int) -> [Line] {
    var lines = [stateLine(detail)]
    if let note = detail.note { lines.append(Line(name: "note", text: note, role: .warning)) }
    if let time = timeLine(detail) { lines.append(time) }
    if let place = placeLine(detail) { lines.append(place) }
    if let process = processLine(detail) { lines.append(process) }
    lines += attemptLines(detail)
    lines += wrapped(detail.invocation, width: width).enumerated().map {
      Line(name: $0.offset == 0 ? "command" : " ", text: $0.element)
    }
    return lines + detail.fields.map { Line(name: $0.name.isEmpty ? " " : $0.name, text: $0.value) }
  }

  private func stateLine(_ detail: ItemDetail?) -> Line {
    let isRunning = drawing.facts.runningItem(id) != nil
    if !isRunning, let waiting = drawing.facts.waiting[id] {
      let (role, rest) = (ItemState.waiting.role, max(0, waiting.retryAt.nanoseconds(since: drawing.now)))
      let text = "\(drawing.glyph(role)) \(ItemState.waiting.word) in \(drawing.format.duration(rest))"
      return Line(name: "state", text: text, role: role)
    }
    let idle: ItemState = drawing.facts.state == .done ? .neverRan : .queued
    let isWaiting = drawing.facts.waiting[id] != nil
    let state = isRunning ? .running : isWaiting ? .waiting : detail?.outcome.map(ItemState.init) ?? idle
    let tellsReason = state == .failed || state == .waiting
    let reason = detail?.outcome?.failureReason.map { tellsReason ? ": \($0)" : "" } ?? ""
    return Line(name: "state", text: "\(drawing.glyph(state.role)) \(state.word)\(reason)", role: state.role)
  }

  private func timeLine(_ detail: ItemDetail) -> Line? {
    let running = drawing.facts.runningItem(id).map { max(0, drawing.now.nanoseconds(since: $0.start)) }
    guard let time = running ?? detail.latency else { return nil }
    let times = drawing.format.timesMedian(time, median: drawing.median)
    return Line(
      name: "time", text: "\(drawing.format.duration(time))  \(times) median", role: drawing.latencyRole(time))
  }

  private func placeLine(_ detail: ItemDetail) -> Line? {
    let running = drawing.facts.runningItem(id)
    guard let worker = running?.worker ?? detail.worker else { return nil }
    let attempt = running?.attempt ?? detail.attempt
    return Line(name: "worker", text: attempt > 1 ? "\(worker), attempt \(attempt)" : "\(worker)")
  }

  /// Describes how the process of the last attempt ended and what it used.
  private func processLine(_ detail: ItemDetail) -> Line? {
    let process = detail.process
    guard process.isKnown, drawing.facts.runningItem(id) == nil else { return nil }
    let parts = [
      process.exitStatus.map { "exit status \($0)" }, process.signal.map { "signal \($0)" },
      process.cpu.map { "\(drawing.format.duration($0)) of CPU time" },
      process.peakMemory.map { "\(drawing.format.bytes(Int($0))) of memory at most" },
    ]
    return Line(name: "process", text: parts.compactMap { $0 }.joined(separator: ", "))
  }

  /// Lists the earlier attempts; all ended ones while the next one runs or waits.
  private func attemptLines(_ detail: ItemDetail) -> [Line] {
    var attempts = detail.earlier
    let continues = drawing.facts.runningItem(id) != nil || drawing.facts.waiting[id] != nil
    if continues, let worker = detail.worker, let latency = detail.latency, let outcome = detail.outcome {
      attempts.append(
        EndedAttempt(attempt: detail.attempt, worker: worker.slot, start: 0, latency: latency, outcome: outcome))
    }
    return attempts.enumerated().map { index, attempt in
      let state = ItemState(attempt.outcome)
      let reason = state == .failed ? attempt.outcome.failureReason.map { ": \($0)" } ?? "" : ""
      return Line(
        name: index == 0 ? "attempts" : " ",
        text: "\(attempt.attempt)  \(drawing.glyph(state.role)) \(state.word)\(reason)"
          + ", \(drawing.format.duration(attempt.latency)) on worker \(attempt.worker)", role: state.role)
    }
  }

  private func stream(_ name: String, _ lines: [String], bytes: Int, isCut: Bool, role: ThemeRole) -> [Line] {
    guard bytes > 0 else {
      return name == "output" && drawing.facts.runningItem(id) == nil
        ? [Line(name: name, text: "none", role: .muted)] : []
    }
    let cut = isCut ? ", the beginning" : ""
    let heading = Line(name: name, text: "\(drawing.format.bytes(bytes))\(cut)", role: .muted)
    return [Line(text: ""), heading] + lines.map { Line(text: $0, role: role) }
  }

  /// Splits the text into its lines, and these into pieces of at most `width` columns.
  private func wrapped(_ text: String, width: Int) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { line -> [String] in
      var pieces: [String] = [""]
      var used = 0
      for character in line {
        let columns = TextWidth.width(of: character)
        if used + columns > width {
          pieces.append("")
          used = 0
        }
        pieces[pieces.count - 1].append(character)
        used += columns
      }
      return pieces
    }
  }
}
