import ArgumentParser

/// A command line split so that parsing time does not grow with the square of the command's length.
///
/// The parser compares the words after `--` with each other. It gets only two of them, which is enough to recognize the
/// command. The others are appended to the command afterwards.
struct CommandWords {
  /// The words for the parser.
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

  /// A run with its whole command; any other command unchanged.
  func joined(_ command: any ParsableCommand) -> any ParsableCommand {
    guard var run = command as? PForTUI else { return command }
    run.options = joined(run.options)
    return run
  }
}
