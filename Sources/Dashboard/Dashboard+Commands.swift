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
    if replay != nil, let effects = steerReplay(command, at: now) { return effects }
    switch command {
    case .moreThreads: return askForThreads(live.targetWorkers + 1)
    case .fewerThreads: return askForThreads(max(1, live.targetWorkers - 1))
    case .manyMoreThreads: return askForThreads(live.targetWorkers + 5)
    case .manyFewerThreads: return askForThreads(max(1, live.targetWorkers - 5))
    case .setThreads(let count): return askForThreads(count)
    case .togglePause: return togglePause()
    case .killItem: return askToKill(at: now)
    case .promptThreads: return prompt(for: .threads)
    case .retry: return retry(at: now)
    case .toggleMark: return toggleMark(at: now)
    case .markFailed: return markFailed(at: now)
    case .unmarkAll: return unmarkAll()
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

  private mutating func toggleFreeze(at now: Instant) -> [Effect] {
    frozen = frozen == nil ? Frozen(facts: live, instant: shownInstant(now)) : nil
    if frozen == nil { results.grow(to: live.begun) }
    return []
  }

  // MARK: Threads

  /// Asks for a number of threads. It counts from the number in the last event, so the loop must apply the answer before
  /// it performs the next command.
  private func askForThreads(_ count: Int) -> [Effect] {
    guard live.isHandingOut, count != live.targetWorkers else { return [] }
    return [.run(.setThreads(count))]
  }

  private func togglePause() -> [Effect] {
    switch live.state {
    case .running: [.run(.pause)]
    case .paused: [.run(.resume)]
    case .draining, .stopping, .done: []
    }
  }

  // MARK: Prompts

  private mutating func prompt(for kind: Prompt.Kind) -> [Effect] {
    if kind == .search { openItem = nil }
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
    case .threads: return Int(prompt.text).map { askForThreads($0) } ?? []
    case .search: return search(prompt.text, from: results.selectedID ?? ItemID(0), forward: true, at: now)
    case .filterText: return filter(.text(prompt.text))
    }
  }

  // MARK: Finding

  private mutating func search(_ text: String, from: ItemID, forward: Bool, at now: Instant) -> [Effect] {
    searchText = text
    isSearching = true
    focusOn(.results)
    lastNotice = Notice(text: searchNotice, instant: now)
    return [.screen(.search(text: text, from: from, forward: forward))]
  }

  /// The notice during a search.
  var searchNotice: String { "searching for \(searchText ?? "")" }

  private mutating func searchAgain(forward: Bool, at now: Instant) -> [Effect] {
    guard let searchText else { return prompt(for: .search) }
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
