/// What a user can ask for with a key, a script or a signal.
package enum Command: Hashable, Sendable {
  case moreThreads, fewerThreads, manyMoreThreads, manyFewerThreads, promptThreads
  /// Ask for a number of threads; for scripts.
  case setThreads(Int)
  /// Let the run choose the number of threads, or keep the number that it has chosen.
  case toggleAutomatic
  case togglePause, killItem
  case show(Page)
  case nextPanel, previousPanel
  /// Sideways in the timeline or an open item, and otherwise to another panel.
  case moveLeft, moveRight
  /// Show a shorter or a longer time in the timeline.
  case zoomIn, zoomOut
  case moveUp, moveDown, pageUp, pageDown, moveToStart, moveToEnd
  case open, back
  /// Wrap the long lines of an open item, or cut them. Of a list, save it.
  case toggleWrap
  /// Show the outputs of an item in the user's pager or editor, or copy a part of it.
  case openInPager, openInEditor, copy
  /// Run a line of the user's about an item.
  case runLine
  /// Leave the full screen for a plain stream of what happens.
  case stream
  /// Show how the database runs an item's query, or measure that.
  case explain, measure
  /// Try failed items again, or mark them for that.
  case retry, toggleMark, markFailed, unmarkAll
  case search, searchNext, searchPrevious, filter, sort
  case toggleFreeze, nextTheme, help, redraw, suspend
  case quit, interrupt
  /// Answer a dialog or a menu with a letter.
  case choose(Character)
}

extension Command {
  package enum Group: String, CaseIterable, Sendable {
    case threads = "Threads"
    case views = "Views"
    case lists = "Lists"
    case find = "Find"
    case failed = "Failed items"
    case program = "Program"
  }

  /// A command's entry in the table from which keymap, help, footer and scripts are made.
  package struct Entry: Sendable {
    package let command: Command
    /// The name in scripts.
    package let name: String
    package let group: Group
    /// The default keys in the notation of scripts. The footer shows the first one.
    package let keys: [String]
    /// What it does, in a few words.
    package let help: String
    /// One word for the footer; nil to leave the command out.
    package let hint: String?
    package let inReplay: (help: String, hint: String?)

    /// - Parameter inReplay: The help and the hint in a replay, if the command means something else there.
    init(
      _ command: Command, _ name: String, _ group: Group, _ keys: [String], _ help: String, hint: String? = nil,
      inReplay: (String, String?)? = nil
    ) {
      self.command = command
      self.name = name
      self.group = group
      self.help = help
      self.hint = hint
      self.keys = keys
      self.inReplay = inReplay ?? (help, hint)
    }
  }

  /// All commands that have keys, in the order of the help.
  package static let table: [Entry] = [
    Entry(
      .moreThreads, "more-threads", .threads, ["+", "="], "one more thread", hint: "threads",
      inReplay: ("twice as fast", "speed")),
    Entry(
      .fewerThreads, "fewer-threads", .threads, ["-"], "one fewer thread; never kills an item", hint: "threads",
      inReplay: ("half as fast", "speed")),
    Entry(
      .manyMoreThreads, "many-more-threads", .threads, ["]"], "five more threads",
      inReplay: ("a tenth of the run forward", "seek")),
    Entry(
      .manyFewerThreads, "many-fewer-threads", .threads, ["["], "five fewer threads",
      inReplay: ("a tenth of the run back", "seek")),
    Entry(
      .promptThreads, "threads", .threads, ["t"], "type the number of threads; 0 drains",
      inReplay: ("not in a replay", nil)),
    Entry(
      .toggleAutomatic, "auto-threads", .threads, ["A"], "find the best number; again: keep it",
      inReplay: ("not in a replay", nil)),
    Entry(
      .togglePause, "pause", .threads, ["p"], "pause: no new items; again: resume", hint: "pause",
      inReplay: ("pause; again: resume", "pause")),
    Entry(
      .killItem, "kill-item", .threads, ["K"], "stop the selected item; asks first", hint: "kill item",
      inReplay: ("not in a replay", nil)),

    Entry(.show(.overview), "overview", .views, ["1"], "overview"),
    Entry(.show(.workers), "workers", .views, ["2"], "workers only"),
    Entry(.show(.slow), "slow", .views, ["3"], "slow items only"),
    Entry(.show(.results), "results", .views, ["4"], "results only"),
    Entry(.show(.latency), "latency", .views, ["5"], "latency only"),
    Entry(.show(.failures), "failures", .views, ["6"], "failures only, by their reasons"),
    Entry(.show(.threads), "threads-page", .views, ["7"], "what each number of threads has done"),
    Entry(.show(.why), "why", .views, ["8"], "why items are slow, by reasons"),
    Entry(.show(.timeline), "timeline", .views, ["9"], "what each worker did over time"),
    Entry(.show(.nodes), "nodes", .views, ["0"], "the machines of a cluster"),
    Entry(.nextPanel, "next-panel", .views, ["<Tab>"], "next panel", hint: "panel"),
    Entry(.previousPanel, "previous-panel", .views, ["<S-Tab>"], "previous panel"),
    Entry(.moveLeft, "left", .views, ["<Left>"], "left in an item or the timeline; else previous panel"),
    Entry(.moveRight, "right", .views, ["<Right>"], "right in an item or the timeline; else next panel"),
    Entry(.zoomIn, "zoom-in", .views, [">"], "a shorter time in the timeline", hint: "zoom"),
    Entry(.zoomOut, "zoom-out", .views, ["<lt>"], "a longer time in the timeline", hint: "zoom"),
    Entry(.toggleFreeze, "freeze", .views, ["Z"], "freeze the display; the run continues"),
    Entry(.nextTheme, "next-theme", .views, ["T"], "next theme"),

    Entry(.moveUp, "up", .lists, ["<Up>", "k"], "up"),
    Entry(.moveDown, "down", .lists, ["<Down>", "j"], "down"),
    Entry(.pageUp, "page-up", .lists, ["<PageUp>", "<C-b>"], "page up"),
    Entry(.pageDown, "page-down", .lists, ["<PageDown>", "<C-f>"], "page down"),
    Entry(.moveToStart, "start", .lists, ["g", "<Home>"], "to the start"),
    Entry(.moveToEnd, "end", .lists, ["G", "<End>"], "to the end; results then follow the run"),
    Entry(.open, "open", .lists, ["<Enter>"], "open it; of a failure, list its items", hint: "open"),
    Entry(.back, "back", .lists, ["<Esc>"], "back; never stops anything"),
    Entry(.toggleWrap, "wrap", .lists, ["w"], "wrap an item's lines or not; save a list", hint: "wrap"),
    Entry(.openInPager, "pager", .lists, ["o"], "an item's outputs in $PAGER", hint: "pager"),
    Entry(.openInEditor, "editor", .lists, ["e"], "an item's outputs in $EDITOR"),
    Entry(.copy, "copy", .lists, ["y"], "copy an item's name, command or outputs", hint: "copy"),
    Entry(.runLine, "line", .lists, ["!"], "run a command about an item"),
    Entry(.explain, "plan", .lists, ["x"], "the plan of an item's query", inReplay: ("not in a replay", nil)),
    Entry(
      .measure, "measured-plan", .lists, ["X"], "run the query again, for its measured plan; asks",
      inReplay: ("not in a replay", nil)),
    Entry(.sort, "sort", .lists, ["s"], "sort workers by number or by time"),

    Entry(.search, "search", .find, ["/"], "search names and output, or an open item", hint: "search"),
    Entry(.searchNext, "search-next", .find, ["n"], "next match"),
    Entry(.searchPrevious, "search-previous", .find, ["N"], "previous match"),
    Entry(.filter, "filter", .find, ["f"], "failed, slow, running, or a text", hint: "filter"),

    Entry(
      .retry, "retry", .failed, ["R"], "retry marked items, or the selected one", hint: "retry",
      inReplay: ("not in a replay", nil)),
    Entry(.toggleMark, "mark", .failed, ["<Space>"], "mark; in an item or this help: page down"),
    Entry(.markFailed, "mark-failed", .failed, ["a"], "mark all failed items in the filter"),
    Entry(.unmarkAll, "unmark-all", .failed, ["U"], "unmark all"),

    Entry(.help, "help", .program, ["?", "<F1>"], "this help", hint: "help"),
    Entry(.stream, "stream", .program, ["S"], "plain lines about what happens; Enter returns"),
    Entry(.redraw, "redraw", .program, ["<C-l>"], "redraw the screen"),
    Entry(.suspend, "suspend", .program, ["<C-z>"], "suspend"),
    Entry(.quit, "quit", .program, ["q"], "quit; asks while items run", hint: "quit", inReplay: ("quit", "quit")),
    Entry(
      .interrupt, "interrupt", .program, ["<C-c>"], "asks; then TERM, then KILL to all", inReplay: ("quit", nil)),
  ]

  /// Makes the command with a name from a script; `set-threads 8` and `choose y` take an argument.
  package init?(name: String, argument: String? = nil) {
    switch (name, argument) {
    case ("set-threads", let argument?):
      guard let threads = Int(argument), threads >= 0 else { return nil }
      self = .setThreads(threads)
    case ("choose", let argument?):
      guard argument.count == 1, let letter = argument.first else { return nil }
      self = .choose(letter)
    case (_, nil):
      guard let entry = Self.table.first(where: { $0.name == name }) else { return nil }
      self = entry.command
    default: return nil
    }
  }
}
