import OSText
public import ParallelFor

/// Runs one command an item: a program with arguments, or a line of the shell.
///
/// Each command has a process group of its own, reads nothing (its standard input is `/dev/null`), and its two outputs
/// are captured apart. An item ends when its command ends; what the command left running in its group is asked to end,
/// and killed by ``Strays/killAll()`` at the latest.
public struct CommandJob: Job {
  /// What is run.
  public let template: Template
  let environment: ChildEnvironment
  let programs: ProgramPath
  let spillFile: SpillFile

  /// Makes the job; the environment of the commands is this program's as it is now.
  ///
  /// - Parameters:
  ///   - template: what to run; check it against the items' fields first.
  ///   - spillFile: where large outputs go.
  public init(_ template: Template, spillFile: SpillFile = .shared) {
    self.template = template
    self.spillFile = spillFile
    environment = ChildEnvironment()
    programs = ProgramPath(OSProcess.variable("PATH").map(OSText.bytes))
  }

  /// The command as the user wrote it.
  public var title: String { template.title }

  /// The command line for one item.
  public func invocation(of item: Item, id: ItemID, worker: WorkerID) -> String {
    template.commandLine(for: item, id: id, worker: worker)
  }

  /// Makes the buffers that one worker uses for all its commands; throws nothing.
  public func openSession(for worker: WorkerID) throws -> any JobSession { CommandSession(self) }
}
