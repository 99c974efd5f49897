import ArgumentParser

/// The command line in a form that the parser reads in time that does not grow with the square of the command's length.
///
/// The parser looks at each word behind `--` once for each other. It gets two of them, which is enough to tell whether they
/// are the command, and the rest comes to the command afterwards.
struct CommandWords {
  /// What the parser reads.
  let short: [String]
  private let rest: ArraySlice<String>

  init(_ arguments: [String]) {
    let end = (arguments.firstIndex(of: "--") ?? arguments.count) + 3
    short = Array(arguments.prefix(end))
    rest = arguments.dropFirst(end)
  }

  /// The options with the whole command.
  func joined(_ options: RunOptions) -> RunOptions {
    guard !options.command.isEmpty else { return options }
    var options = options
    options.command += rest
    return options
  }

  /// The run with the whole command; another command as it is.
  func joined(_ command: any ParsableCommand) -> any ParsableCommand {
    guard var run = command as? PForTUI else { return command }
    run.options = joined(run.options)
    return run
  }
}
