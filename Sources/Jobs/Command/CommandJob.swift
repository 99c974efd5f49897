import OSText
public import ParallelFor

/// Runs one command per item: a program with arguments, or a shell line.
///
/// Each command has its own process group, `/dev/null` as standard input, and separately captured outputs. An item ends
/// when its command ends. Processes that the command left running in its group are asked to end, and
/// ``Orphans/killAll()`` kills them at the latest.
public struct CommandJob: Job {
  /// The command to run.
  public let template: Template
  let environment: ChildEnvironment
  let programs: ProgramPath
  let spillFile: SpillFile

  /// Makes the job; commands get a copy of this program's current environment.
  ///
  /// - Parameters:
  ///   - template: the command to run; check it against the items' fields first.
  ///   - spillFile: the file for large outputs.
  public init(_ template: Template, spillFile: SpillFile = .shared) {
    self.template = template
    self.spillFile = spillFile
    environment = ChildEnvironment()
    programs = ProgramPath(OSProcess.variable("PATH").map(OSText.bytes))
  }

  /// The command as the user wrote it.
  public var title: String { template.title }

  /// Returns the command line for one item.
  public func invocation(of item: Item, id: ItemID, worker: WorkerID) -> String {
    template.commandLine(for: item, id: id, worker: worker)
  }

  /// Makes the buffers that one worker uses for all its commands; never throws.
  public func openSession(for worker: WorkerID) throws -> any JobSession { CommandSession(self) }
}
