import Foundation
import ParallelFor

/// Makes the contenders of a row. Every turn checks that the same work was done.
struct LoopContenders {
  let work: LoopWork
  let workshop: PeerWorkshop
  let scratch: ScratchFolder
  private let expected: UInt64

  init(_ work: LoopWork, workshop: PeerWorkshop, scratch: ScratchFolder) {
    (self.work, self.workshop, self.scratch) = (work, workshop, scratch)
    expected = work.positions.parallelMap(threads: 2) { work.body($0) }.checksum
  }

  /// Returns a contender of ours, which returns the items' results. Its time ends when it returns.
  func own(_ name: String, run: @escaping () throws -> [UInt64]) -> Contender {
    Contender(name) {
      let clock = ContinuousClock()
      let begin = clock.now
      let results = try run()
      let wall = (clock.now - begin).inSeconds
      try check(results.checksum, of: name)
      return Sample(wall: wall)
    }
  }

  /// Returns the peers that can be built here. They report the time themselves.
  func peers(_ peers: [Peer]) -> [Contender] {
    peers.compactMap { peer in workshop.command(peer, for: work).map { program(peer.rawValue, $0) } }
  }

  /// Returns a program that runs the loop and reports its time per item.
  func program(_ name: String, _ command: [String]) -> Contender {
    Contender(name) {
      let file = scratch.path("line")
      _ = try Program.run(command, output: file)
      let text = try String(contentsOfFile: file, encoding: .utf8)
      guard let line = PeerLine(text) else { throw BenchError("\(name): no ns_per_item and checksum in: \(text)") }
      try check(line.checksum, of: name)
      return Sample(wall: line.nanosecondsPerItem * Double(work.items) / 1e9)
    }
  }

  private func check(_ checksum: UInt64, of name: String) throws {
    guard checksum == expected else { throw BenchError("\(name): checksum \(checksum) instead of \(expected)") }
  }
}
