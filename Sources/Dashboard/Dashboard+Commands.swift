package import ParallelFor

extension Dashboard {
  /// Carries out a command as far as it concerns the screen, and returns effects for the rest.
  ///
  /// - Parameters:
  ///   - command: The command.
  ///   - now: The time; nil for that of the last event.
  /// - Returns: The effects to carry out. Facts change only by the events that result from them.
  package mutating func perform(_ command: Command, at now: Instant? = nil) -> [Effect] {
    let now = now ?? live.latest
    pageAtEnd = nil
    if replay != nil, let effects = steerReplay(command, at: now) { return effects }
    let effects = effects(of: command, at: now)
    if frozen != nil, effects.contains(where: \.concernsRun) {
      notice("the display is frozen: Z shows the effect", at: now)
    }
    return effects
  }

  private mutating func effects(of command: Command, at now: Instant) -> [Effect] {
    switch command {
    case .moreThreads: return askForThreads(live.targetWorkers + 1, at: now)
    case .fewerThreads: return askForThreads(max(1, live.targetWorkers - 1), at: now)
    case .manyMoreThreads: return askForThreads(live.targetWorkers + 5, at: now)
    case .manyFewerThreads: return askForThreads(max(1, live.targetWorkers - 5), at: now)
    case .setThreads(let count): return askForThreads(count, at: now)
    case .toggleAutomatic: return toggleAutomatic(at: now)
    case .togglePause: return togglePause(at: now)
    case .killItem: return askToKill(at: now)
    case .promptThreads:
      return live.isHandingOut ? prompt(for: .threads) : reply("the run starts no further items", at: now)
    case .retry: return retry(at: now)
    case .toggleMark: return toggleMark(at: now)
    case .markFailed: return markFailed(at: now)
    case .unmarkAll: return unmarkAll(at: now)
    case .search: return prompt(for: .search)
    case .searchNext: return searchAgain(forward: true, at: now)
    case .searchPrevious: return searchAgain(forward: false, at: now)
    case .filter: return overlay(.filterMenu)
    case .help: return overlay(isHelpOpen ? nil : .help(top: 0))
    case .show, .nextPanel, .previousPanel, .moveUp, .moveDown, .pageUp, .pageDown, .moveToStart, .moveToEnd:
      return navigate(command, at: now)
    case .open: return open(at: now)
    case .back: return back()
    case .choose(let letter): return choose(letter)
    case .toggleWrap: return toggleWrap(at: now)
    case .openInPager: return lend(to: .pager, at: now)
    case .openInEditor: return lend(to: .editor, at: now)
    case .copy: return copy(at: now)
    case .explain: return explain(at: now)
    case .measure: return askToMeasure(at: now)
    case .sort: return sortWorkers()
    case .toggleFreeze: return toggleFreeze(at: now)
    case .nextTheme: return [.screen(.nextTheme)]
    case .redraw: return [.screen(.redraw)]
    case .suspend: return [.screen(.suspend)]
    case .quit: return quit()
    case .interrupt: return interrupt()
    }
  }

  private var isHelpOpen: Bool {
    if case .help = overlay { true } else { false }
  }

  private mutating func overlay(_ overlay: Overlay?) -> [Effect] {
    self.overlay = overlay
    return []
  }

  private mutating func sortWorkers() -> [Effect] {
    workerOrder = workerOrder == .byNumber ? .longestFirst : .byNumber
    return []
  }

  private mutating func toggleWrap(at now: Instant) -> [Effect] {
    guard openItem != nil else { return reply("open an item first: its lines are wrapped", at: now) }
    wrapsLines.toggle()
    detailLeft = 0
    return []
  }

  private mutating func toggleFreeze(at now: Instant) -> [Effect] {
    guard frozen != nil else {
      frozen = Frozen(facts: live, instant: shownInstant(now))
      return []
    }
    frozen = nil
    results.grow(to: live.begun)
    return openItem.map { [.screen(.loadDetail($0))] } ?? []
  }

  // MARK: Threads

  /// The most threads to ask for now: one for each item that has not ended, but at least as many as now.
  package var mostThreads: Int {
    guard live.total != nil else { return Self.mostThreads }
    let left = live.tally.running + live.tally.waiting + live.tally.queued
    return min(Self.mostThreads, max(left, live.targetWorkers))
  }

  /// Asks for a number of threads. It counts from the number in the last event, so the loop must apply the answer before
  /// it performs the next command.
  private mutating func askForThreads(_ count: Int, at now: Instant) -> [Effect] {
    guard live.isHandingOut else { return reply("the run starts no further items", at: now) }
    let wanted = min(count, mostThreads)
    if wanted < count, live.total != nil {
      notice("more threads than items are left would have nothing to do", at: now)
    }
    guard wanted != live.targetWorkers || live.automatic != nil else {
      return count == 1 ? reply("one thread is left; t and 0 start no further items", at: now) : []
    }
    return [.run(.setThreads(wanted))]
  }

  /// Asks for the number of threads that the user typed, or asks the user first.
  private mutating func takeThreads(_ text: String, at now: Instant) -> [Effect] {
    guard let count = Int(text) else { return [] }
    let wanted = min(count, mostThreads)
    guard let processors, wanted > 4 * processors, wanted > live.targetWorkers, live.isHandingOut else {
      return askForThreads(count, at: now)
    }
    return overlay(.dialog(Dialog(.threads(wanted))))
  }

  /// Lets the run choose the number of threads, or keeps the number that it has chosen.
  private mutating func toggleAutomatic(at now: Instant) -> [Effect] {
    if live.automatic != nil { return askForThreads(live.targetWorkers, at: now) }
    return live.isHandingOut ? [.run(.chooseThreads)] : reply("the run starts no further items", at: now)
  }

  private mutating func togglePause(at now: Instant) -> [Effect] {
    switch live.state {
    case .running: [.run(.pause)]
    case .paused: [.run(.resume)]
    case .draining, .stopping: reply("the run is ending and starts no further items", at: now)
    case .done: reply("the run is over", at: now)
    }
  }

  // MARK: Prompts

  private mutating func prompt(for kind: Prompt.Kind) -> [Effect] {
    return overlay(.prompt(Prompt(kind: kind)))
  }

  /// Takes a key for the open prompt. Does nothing if none is open.
  package mutating func type(_ key: PromptKey, at now: Instant? = nil) -> [Effect] {
    guard case .prompt(var prompt) = overlay else { return [] }
    switch key {
    case .character(let character): prompt.type(character)
    case .paste(let text): prompt.paste(text)
    case .backspace: if prompt.text.popLast() == nil { return overlay(nil) }
    case .clear: prompt.text = ""
    case .cancel: return overlay(nil)
    case .submit: return submit(prompt, at: now ?? live.latest)
    }
    return overlay(.prompt(prompt))
  }

  private mutating func submit(_ prompt: Prompt, at now: Instant) -> [Effect] {
    overlay = nil
    guard !prompt.text.isEmpty else { return [] }
    switch prompt.kind {
    case .threads: return takeThreads(prompt.text, at: now)
    case .search: return search(prompt.text, from: results.selectedID ?? ItemID(0), forward: true, at: now)
    case .filterText: return filter(.text(prompt.text))
    }
  }

  // MARK: Finding

  private mutating func search(_ text: String, from: ItemID, forward: Bool, at now: Instant) -> [Effect] {
    searchText = text
    if openItem != nil {
      awaitsMatch = true
      return []
    }
    isSearching = true
    focusOn(.results)
    lastNotice = Notice(text: searchNotice, instant: now)
    return [.screen(.search(text: text, from: from, forward: forward))]
  }

  /// The notice during a search.
  var searchNotice: String { "searching for \(searchText ?? "")" }

  private mutating func searchAgain(forward: Bool, at now: Instant) -> [Effect] {
    guard let searchText else { return prompt(for: .search) }
    if openItem != nil {
      stepMatch(forward: forward)
      return []
    }
    let here = results.selectedID?.position ?? 0
    let last = max(0, live.begun - 1)
    let next = forward ? (here >= last ? 0 : here + 1) : (here == 0 ? last : here - 1)
    return search(searchText, from: ItemID(next), forward: forward, at: now)
  }

  mutating func filter(_ filter: ResultFilter) -> [Effect] {
    overlay = nil
    openItem = nil
    focusOn(.results)
    setFilter(filter)
    return takeEffects()
  }
}
