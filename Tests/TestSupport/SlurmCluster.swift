import Foundation
public import Testing

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// Slurm clusters for the tests: three nodes on this machine, which last as long as one script.
public enum SlurmCluster {
  /// What a node is.
  public enum Nodes: String, Sendable {
    /// Processes of this machine.
    case host
    /// A network, processes and a host name of its own. It can be cut off.
    case namespaces
  }

  /// Whether tests with a cluster run: on Linux always, because `.ci/setup` installs Slurm.
  public static var isExpected: Bool {
    #if os(Linux)
      true
    #else
      false
    #endif
  }

  /// Whether nodes can be cut off, which needs root. If root is not allowed to do it either, the tests fail.
  public static var canCutCables: Bool { isExpected && geteuid() == 0 }

  /// The script that starts a cluster, and explains what lines find in it.
  fileprivate static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../.ci/slurm-cluster").standardized.path
}

extension Sandbox {
  /// Runs lines of bash in a cluster of three nodes with two slots each. The cluster ends with them.
  ///
  /// In the folder, `work TENTHS ITEM` is a command that lasts some tenths of a second and then prints the item. While
  /// it runs, it writes lines to the file `side`, which ``SideFile`` reads.
  ///
  /// - Parameters:
  ///   - script: The lines; see `.ci/slurm-cluster` for the functions in them.
  ///   - nodes: What the nodes are.
  @discardableResult
  public func runOnSlurm(
    _ script: String, nodes: SlurmCluster.Nodes = .host, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Ending {
    try write(
      """
      item=$2
      say() { echo "$item $PFOR_ATTEMPT $SLURMD_NODENAME $1 $EPOCHREALTIME" >> side; }
      say start
      for ((i = 0; i < $1; i++)); do read -t 0.1 <> <(:); say tick; done
      say done
      echo "$item"

      """, to: "work")
    try write("", to: "side")
    try write(script, to: "lines")
    return try run(
      "'\(SlurmCluster.script)' 3 2 \(nodes.rawValue) '. ./lines'", environment: ["PFOR_LEASE": "4"],
      sourceLocation: sourceLocation)
  }
}

/// What the copies of items wrote about themselves while they ran.
public struct SideFile {
  /// One attempt at one item, as far as it came.
  public struct Copy {
    /// The item and the number of the attempt.
    public var (item, attempt) = ("", "")
    /// The first and the last sign of life, in seconds.
    public var (first, last) = (0.0, 0.0)
    /// Whether the command came to its end.
    public var isDone = false
  }

  /// The copies of each item in the order in which they started.
  public private(set) var copies: [String: [Copy]] = [:]

  /// Reads the file of a sandbox in which `work` ran.
  public init(of sandbox: Sandbox) throws {
    for line in sandbox.read("side").split(separator: "\n") {
      let words = line.split(separator: " ").map(String.init)
      // A copy that was killed may have written a part of a line.
      guard words.count == 5, let time = Double(words[4]) else { continue }
      var own = copies[words[0]] ?? []
      let index = own.firstIndex { $0.attempt == words[1] } ?? own.endIndex
      if index == own.endIndex { own.append(Copy(item: words[0], attempt: words[1], first: time, last: time)) }
      own[index].last = time
      if words[3] == "done" { own[index].isDone = true }
      copies[words[0]] = own
    }
  }

  /// Each of the items was done, and no two copies of an item ran at the same time.
  public func expectNoTwoAtOnce(items: Int, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(copies.count { $0.value.contains(where: \.isDone) } == items, sourceLocation: sourceLocation)
    for own in copies.values {
      for (earlier, later) in zip(own, own.dropFirst()) {
        #expect(earlier.last <= later.first, "\(earlier) and \(later)", sourceLocation: sourceLocation)
      }
    }
  }
}
