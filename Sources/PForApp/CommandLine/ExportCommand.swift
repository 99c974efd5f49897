package import ArgumentParser
import ParallelForDashboard
package import RunStore

/// Exports a run for other programs.
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", _superCommandName: "pfor-tui", abstract: "Export a recorded run for other programs.",
    usage: "pfor-tui export [RUN] \(RunExport.allCases.map { "--\($0.rawValue)" }.joined(separator: "|")) [-o FILE]")

  @Argument(help: ArgumentHelp(RunNames.help, valueName: "run"))
  var name: String?

  @Flag(help: "The format of the export.")
  var form: RunExport

  @Option(
    name: [.customShort("o", allowingJoined: true), .customLong("output")],
    help: ArgumentHelp("Write to this file instead of standard output (-).", valueName: "file"),
    completion: .file())
  var output: String?

  func run() throws {
    PForTUI.exit(after: { () throws(AppError) in
      let reader = try RunNames.open(name)
      let record = try RunNames.translated { () throws(RunStoreError) in try reader.record() }
      let target = try file.map { (path) throws(AppError) in try CommandOutput(file: path) } ?? CommandOutput()
      do {
        try form.export(reader, command: RecordedCommand(record).line) { bytes in
          target.write(bytes)
          if !target.isOpen { throw OutputIsClosed() }
        }
      } catch is OutputIsClosed {
        return target.finish()
      } catch {
        throw AppError("\(error)")
      }
      return target.finish()
    })
  }

  /// The file to write to; nil for standard output, written as -.
  private var file: String? { output == "-" ? nil : output }

  /// The reader has closed the output, so the rest is not written.
  private struct OutputIsClosed: Error {}
}

/// The export formats as flags.
extension RunExport: EnumerableFlag {
  /// The help text of a format.
  package static func help(for form: RunExport) -> ArgumentHelp? {
    switch form {
    case .joblog: "The job log of GNU parallel."
    case .csv: "Comma-separated values."
    case .json: "One JSON object for each item, and one that sums up the run."
    case .trace: "A Chrome trace, for Perfetto."
    case .events: "The events as JSON lines."
    }
  }
}
