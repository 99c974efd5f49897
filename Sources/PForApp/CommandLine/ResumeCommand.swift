import ArgumentParser
import Jobs
import OSText
import ParallelForDashboard
import RunStore

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// Continues a run that did not finish.
struct ResumeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", _superCommandName: "pfor-tui",
    abstract: "Continue a run that did not finish.",
    usage: "pfor-tui resume [RUN] [--failed | --all] [options]",
    discussion: """
      RUN is the name of a run, the beginning of a name, or a run file; the default is the last unfinished run that \
      started in this folder. The items are read again and recognized by their text, even if their order has changed. \
      Completed items do not run again; their results take their places among the others. The output is the same as \
      that of an uninterrupted run.
      """)

  @Argument(help: ArgumentHelp("The run to continue; pfor-tui runs lists all runs.", valueName: "run"))
  var name: String?

  @Flag(help: "Also rerun the items that failed or timed out.")
  var failed = false

  @Flag(help: "Rerun all items.")
  var all = false

  @Option(
    name: [.customShort("j", allowingJoined: true), .customLong("threads")],
    parsing: .unconditional,
    help: ArgumentHelp(
      "How many items run at once; the default is the number from the run's command line.", valueName: "n"),
    transform: ThreadCount.parse)
  var threads: ThreadCount?

  @OptionGroup(title: "How it looks") var look: DisplayOptions

  func validate() throws {
    guard !failed || !all else { throw ValidationError("--failed and --all cannot be used together: choose one") }
  }

  func run() throws {
    PForTUI.exit(after: { () throws(AppError) in
      let path = try find()
      let (record, recorded) = try read(path)
      guard let arguments = recorded else {
        throw AppError("\(path): the run has no command line in its record; give the original one and add --resume")
      }
      guard chdir(record.directory.osPath) == 0 else {
        throw AppError("\(record.directory): the run started in this folder, which cannot be entered")
      }
      var plan = try RunPlan(try options(arguments), arguments: arguments)
      guard !plan.reader.source.isTerminal else {
        throw AppError(
          "the items of this run came from standard input, which is the terminal now: pipe the items in again, as in "
            + "cat ITEMS | pfor-tui resume \(ShellWord.quoted(name ?? RunNames.name(of: path)))")
      }
      plan.recording = .resume(path, failed ? .failed : all ? .all : .outstanding)
      return try Launcher(plan, look: look).run()
    })
  }

  // MARK: - The run

  private func find() throws(AppError) -> String {
    guard let name else { return try lastOne() }
    // The path must be absolute, because the current folder is about to change.
    return OSFile.absolute(try RunNames.path(of: name))
  }

  private func lastOne() throws(AppError) -> String {
    let directory = OSFile.currentFolder
    let canBeWhole = failed || all
    let last = try RunNames.history().runs().first { run in
      guard let record = run.record, OSText.isSame(record.directory, directory) else { return false }
      return run.state == .unfinished || (canBeWhole && run.state == .finished)
    }
    guard let last else {
      throw AppError("no unfinished run started in this folder; pfor-tui runs lists all runs")
    }
    return last.path
  }

  private func read(_ path: String) throws(AppError) -> (RunRecord, [String]?) {
    try RunNames.translated { () throws(RunStoreError) in
      let reader = try RunReader(path: path)
      defer { reader.close() }
      let record = try reader.record()
      return (record, RecordedArguments.of(record))
    }
  }

  private func options(_ arguments: [String]) throws(AppError) -> RunOptions {
    do {
      let words = CommandWords(arguments)
      var options = words.joined(try RunOptions.parse(words.short))
      if let threads { options.running.threads = threads }
      return options
    } catch {
      HelpWidth.prepare()
      throw AppError("the recorded command line is no longer valid: \(RunOptions.message(for: error))")
    }
  }
}
