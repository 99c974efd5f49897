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
  private static let widestName = 30
  /// The columns of the first line that the frame, the number and the hint take.
  private static let aroundTitle = 28

  private static func pageWidth(_ areaWidth: Int) -> Int { max(1, areaWidth - 4) }

  private func textWidth(_ areaWidth: Int) -> Int { max(1, Self.pageWidth(areaWidth) - nameWidth) }

  /// The columns for the names of lines and of the item's fields.
  private var nameWidth: Int {
    let names = drawing.dashboard.detail?.fields.map { TextWidth.columns(of: $0.name) + 1 } ?? []
    return min(Self.widestName, max(Self.nameWidth, names.max() ?? 0))
  }

  /// Returns the number of lines before the outputs.
  func headCount(areaWidth: Int) -> Int { heads(width: textWidth(areaWidth)).count }

  /// Returns the rows of the outputs: those that the dashboard has, if they still hold.
  func pageRows(areaWidth: Int) -> PageRows {
    let dashboard = drawing.dashboard
    let key = PageRows.Key(
      detail: dashboard.detailNumber, width: Self.pageWidth(areaWidth), wraps: dashboard.wrapsLines,
      search: dashboard.searchText)
    if let known = dashboard.rows.page, known.key == key { return known }
    return PageRows(dashboard.pageLines, key)
  }

  func draw(in area: Rect, of grid: inout CellGrid) {
    grid.fill(area, role: ThemeRole.text.role)
    let running = drawing.facts.runningItem(id)
    let label = drawing.dashboard.detail?.label ?? running?.label ?? ""
    let heads = heads(width: textWidth(area.width))
    let page = pageRows(areaWidth: area.width)
    let count = heads.count + page.count
    let top = min(drawing.dashboard.detailTop, max(0, count - max(1, area.height - 2)))
    let last = min(count, top + max(0, area.height - 2))
    let name = TextWidth.middle(label, columns: area.width - Self.aroundTitle, ellipsis: drawing.glyphs.ellipsis)
    let title = name.isEmpty ? "\(id)" : "\(id) \(name)"
    let inside = drawing.frame(title, trailing: "Esc back", footer: footer(last, of: count, page), in: area, of: &grid)
      .inset(horizontal: 1)
    for index in 0..<min(inside.height, count - top) {
      let row = inside.row(index)
      if top + index < heads.count {
        draw(heads[top + index], in: row, of: &grid)
      } else {
        drawPage(page, row: top + index - heads.count, in: row, of: &grid)
      }
    }
    drawing.markMatches(in: inside, of: &grid)
  }

  private func footer(_ last: Int, of count: Int, _ page: PageRows) -> String {
    var parts = ["\(drawing.format.count(last)) of \(drawing.format.count(count)) lines"]
    if drawing.dashboard.detailLeft > 0 { parts.append("from column \(drawing.dashboard.detailLeft + 1)") }
    if drawing.dashboard.searchText != nil {
      let number = drawing.dashboard.pageMatch.map { "match \($0 + 1) of " } ?? ""
      parts.append("\(number)\(drawing.format.count(page.matches.count))\(number.isEmpty ? " matches" : "")")
    }
    return parts.joined(separator: ", ")
  }

  private func drawPage(_ page: PageRows, row number: Int, in row: Rect, of grid: inout CellGrid) {
    let (index, part) = page.line(atRow: number)
    switch drawing.dashboard.pageLines[index] {
    case .blank: return
    case .heading(let name, let bytes, let isCut):
      let cut = isCut ? ", beginning and end" : ""
      draw(Line(name: name, text: "\(drawing.format.bytes(bytes))\(cut)", role: .muted), in: row, of: &grid)
    case .title(let name, let text): draw(Line(name: name, text: text, role: .muted), in: row, of: &grid)
    case .cut: draw(Line(text: "the middle is not shown", role: .muted), in: row, of: &grid)
    case .output(let text): draw(StyledRun.runs(of: text), part, page.key, .text, in: row, of: &grid)
    case .error(let text): draw(StyledRun.runs(of: text), part, page.key, .warning, in: row, of: &grid)
    }
  }

  private func draw(
    _ runs: [StyledRun], _ part: Int, _ key: PageRows.Key, _ plain: ThemeRole, in row: Rect, of grid: inout CellGrid
  ) {
    let pieces = key.wraps ? StyledRun.rows(of: runs, columns: key.width) : [runs]
    guard pieces.indices.contains(part) else { return }
    var x = row.x - (key.wraps ? 0 : drawing.dashboard.detailLeft)
    for run in pieces[part] {
      let role = run.style == OutputStyle() ? plain.role : ThemeRole.role(of: run.style)
      x += grid.write(run.text, x: x, y: row.y, role: role, in: row)
    }
  }

  private func draw(_ line: Line, in row: Rect, of grid: inout CellGrid) {
    var cursor = drawing.cursor(row)
    if !line.name.isEmpty {
      cursor.left(line.name, width: nameWidth - 1, .muted, to: &grid)
      cursor.skip()
    }
    cursor.left(line.text, width: cursor.remaining, line.role, to: &grid)
  }

  /// The lines before the outputs.
  private func heads(width: Int) -> [Line] {
    guard let detail = drawing.dashboard.detail else { return [stateLine(nil)] }
    let isSilent = detail.outputBytes == 0 && drawing.facts.runningItem(id) == nil
    return facts(of: detail, width: width) + (isSilent ? [Line(name: "output", text: "none", role: .muted)] : [])
  }

  private func facts(of detail: ItemDetail, width: Int) -> [Line] {
    var lines = [stateLine(detail)]
    if let note = detail.note { lines.append(Line(name: "note", text: note, role: .warning)) }
    if let time = timeLine(detail) { lines.append(time) }
    lines += whyLines(detail)
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

  /// Tells why the item takes its time, and what would help.
  private func whyLines(_ detail: ItemDetail) -> [Line] {
    let isRunning = drawing.facts.runningItem(id) != nil
    let reasons = isRunning ? [drawing.facts.runningReasons[id]].compactMap { $0 } : detail.reasons
    return reasons.enumerated().map { index, reason in
      let time = reason.time.map { " (\(drawing.format.duration($0)))" } ?? ""
      let remedy = reason.remedy.isEmpty ? "" : "; \(reason.remedy) would help"
      return Line(name: index == 0 ? "why" : " ", text: drawing.format.words(reason) + time + remedy)
    }
  }

  private func placeLine(_ detail: ItemDetail) -> Line? {
    let running = drawing.facts.runningItem(id)
    guard let worker = running?.worker ?? detail.worker else { return nil }
    let attempt = running?.attempt ?? detail.attempt
    let process = running == nil ? nil : detail.processID.map { ", process \($0)" }
    return Line(
      name: "worker", text: (attempt > 1 ? "\(worker), attempt \(attempt)" : "\(worker)") + (process ?? ""))
  }

  /// Describes how the process of the last attempt ended and what it used, or what it has used so far.
  private func processLine(_ detail: ItemDetail) -> Line? {
    let isRunning = drawing.facts.runningItem(id) != nil
    let process = isRunning ? detail.used : detail.process
    guard process.isKnown else { return nil }
    let parts = [
      process.node.map { "on \($0)" },
      process.exitStatus.map { "exit status \($0)" }, process.signal.map { "signal \($0)" },
      process.cpu.map { "\(drawing.format.duration($0)) of CPU time" },
      process.peakMemory.map { "\(drawing.format.bytes(Int($0))) at most in one process" },
      isRunning ? "so far" : nil,
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

extension PageRows {
  /// Lays out the lines of outputs and finds the matches of the search.
  init(_ lines: [PageLine], _ key: Key) {
    var starts: [Int] = []
    starts.reserveCapacity(lines.count + 1)
    var matches: [Match] = []
    var row = 0
    let wanted = key.search.map { $0.lowercased() } ?? ""
    for line in lines {
      starts.append(row)
      if !wanted.isEmpty, matches.count < Self.mostMatches {
        for column in Self.columns(of: wanted, in: line.text) {
          matches.append(Match(row: row + (key.wraps ? column / key.width : 0), column: column))
        }
      }
      row += Self.height(of: line.text, key)
    }
    self.init(key: key, starts: starts + [row], matches: matches)
  }

  private static func height(of text: String, _ key: Key) -> Int {
    // No text takes more columns than bytes.
    guard key.wraps, text.utf8.count > key.width else { return 1 }
    return StyledRun.rows(of: StyledRun.runs(of: text), columns: key.width).count
  }

  private static func columns(of wanted: String, in line: String) -> [Int] {
    guard !line.isEmpty else { return [] }
    let text = StyledRun.plain(line).lowercased()
    return text.ranges(of: wanted).map { TextWidth.columns(of: String(text[..<$0.lowerBound])) }
  }
}
