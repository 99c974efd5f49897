import ParallelFor

extension Dashboard {
  /// Whether leaving the program now would leave items undone.
  package var isBusy: Bool {
    let tally = live.tally
    return live.state != .done && (tally.running + tally.waiting + tally.queued > 0 || live.total == nil)
  }

  /// Quits at once if there is nothing to lose, and asks otherwise.
  mutating func quit() -> [Effect] {
    guard isBusy else { return [.screen(.quit)] }
    overlay = .dialog(Dialog(.leave))
    return []
  }

  /// Asks the first time, stops everything the second time, and kills it the third time.
  mutating func interrupt() -> [Effect] {
    guard isBusy else { return [.screen(.quit)] }
    if askedToStop != nil || live.state == .stopping { return stop(.kill) }
    if case .dialog(let dialog) = overlay, dialog.kind == .leave { return stop(.interrupt) }
    return quit()
  }

  private mutating func stop(_ urgency: StopUrgency) -> [Effect] {
    overlay = nil
    leavesWhenDone = true
    askedToStop = urgency
    return [.run(.stop(urgency))]
  }

  /// Asks how to stop the open or selected item, if it is running.
  mutating func askToKill(at now: Instant) -> [Effect] {
    guard let id = openItem ?? selectedItem(at: now) else { return reply("no item is selected", at: now) }
    if live.runningItem(id) == nil { return reply("item \(id) is not running", at: now) }
    overlay = .dialog(Dialog(.kill(id)))
    return []
  }

  /// Answers the open menu or dialog.
  mutating func choose(_ letter: Character) -> [Effect] {
    switch overlay {
    case .filterMenu: return chooseFilter(letter)
    case .copyMenu: return copy(letter)
    case .dialog(let dialog):
      guard let choice = dialog.choices.first(where: { $0.key == letter }) else { return [] }
      return answer(choice, to: dialog)
    case .help, .prompt, nil: return []
    }
  }

  mutating func answer(_ choice: Dialog.Choice, to dialog: Dialog) -> [Effect] {
    overlay = nil
    switch (choice, dialog.kind) {
    case (.keepRunning, _):
      leavesWhenDone = false
      return []
    case (.finish, _):
      leavesWhenDone = true
      return live.state == .draining ? [] : [.run(.finish)]
    case (.stopNow, _): return stop(live.state == .stopping ? .kill : .interrupt)
    case (.terminate, .kill(let id)): return [.run(.interrupt(id, .interrupt))]
    case (.kill, .kill(let id)): return [.run(.interrupt(id, .kill))]
    case (.changeThreads, .threads(let count)): return [.run(.setThreads(count))]
    case (.runAgain, _): return [.screen(.runAgain)]
    case (.measure, .measure(let id)): return measure(id)
    case (.leaveAlone, _), (.keepThreads, _), (.stayOver, _), (.leaveUnmeasured, _), (.terminate, _), (.kill, _),
      (.changeThreads, _), (.measure, _):
      return []
    }
  }

  private mutating func chooseFilter(_ letter: Character) -> [Effect] {
    guard let choice = ResultFilter.menu.first(where: { $0.letters.contains(letter) }) else { return [] }
    if let filter = choice.filter { return self.filter(filter) }
    overlay = .prompt(Prompt(kind: .filterText))
    return []
  }
}
