import Attempts
import Foundation
import ParallelFor
import TestSupport
import Testing

@testable import RunStore

/// A random run of several sessions, as a run file has it, and the truth at every place of it.
///
/// Sessions are killed or end, items fail, are retried or stopped, threads change, and the run is paused.
struct MadeUpRun {
  /// An attempt with the places in the run at which it began and ended.
  struct Attempt {
    var number: Int
    var start: Int64
    var end: Int64
    /// False if another one was to follow in its session.
    var isFinal: Bool
    var record: EndedAttempt
  }

  /// One program's part of the run, in wall time.
  private struct Session {
    var changes: [RunChange] = []
    var attempts: [Attempt] = []
    var isKilled: Bool
  }

  let items: Int
  /// Every attempt, in the order of their ends.
  private(set) var attempts: [Attempt] = []
  /// The target numbers of threads, with the places from which they hold.
  private(set) var targets: [(place: Int64, threads: Int)] = []
  /// The places at which pauses start and end.
  private(set) var pauses: [(begin: Int64, end: Int64)] = []
  /// The place at which the run ends.
  private(set) var length: Int64 = 0
  /// How long the program stayed open after the last events of all sessions but the last.
  private(set) var openTime: Int64 = 0
  private var sessions: [Session] = []
  private var random: SeededGenerator
  private var wall: Int64 = 1_700_000_000_000_000_000

  init(seed: UInt64, items: Int = 60, sessions count: Int? = nil) {
    self.items = items
    random = SeededGenerator(seed: seed)
    let count = count ?? Int.random(in: 1...3, using: &random)
    for index in 0..<count { addSession(isLast: index == count - 1) }
  }

  // MARK: The truth

  /// The state of an item at a place, computed from all attempts.
  enum State: Equatable {
    case unknown, running, waiting
    case ended(Outcome)
  }

  func state(of number: Int, at place: Int64) -> State {
    let all = attempts.filter { $0.number == number }.sorted { $0.start < $1.start }
    guard let index = all.lastIndex(where: { $0.start <= place }) else { return .unknown }
    guard all[index].end <= place else { return .running }
    let isLast = index == all.count - 1 && all[index].isFinal
    return isLast ? .ended(all[index].record.outcome) : .waiting
  }

  /// Returns the latencies of the items that have ended for good up to a place, without stopped ones.
  func latencies(at place: Int64) -> [Int64] {
    (1...items).compactMap { number in
      guard case .ended(let outcome) = state(of: number, at: place), outcome != .cancelled else { return nil }
      return attempts.filter { $0.number == number }.max { $0.start < $1.start }?.record.latency
    }
  }

  // MARK: Recording

  /// Writes the run into a file, session after session, as the program does.
  func record(to path: String) throws {
    for (index, session) in sessions.enumerated() {
      let run = RunRecord(
        id: "run", created: session.changes[0].time, title: "made up", kind: "command", command: ["true"],
        source: "items", directory: "/")
      let file =
        index == 0
        ? try RunFile.create(at: path, run, durability: .programEnd)
        : try RunFile.open(at: path, durability: .programEnd)
      let recorder = try RunRecorder(file)
      if index == 0 { recorder.recordTotal(items) }
      write(session, to: recorder)
      if session.isKilled {
        #expect(recorder.end() == nil)
      } else {
        let ended = session.changes.last?.time ?? 0
        #expect(recorder.finish(index == sessions.count - 1 ? .finished : .interrupted, exitCode: 0, at: ended) == nil)
      }
    }
  }

  private func write(_ session: Session, to recorder: RunRecorder) {
    for change in session.changes { recorder.record(change) }
    for attempt in session.attempts {
      let item = RecordedItem(number: attempt.number, text: .text("item \(attempt.number)"))
      recorder.record(item, attempt.record, output: .text("out \(attempt.number)"), isFinal: attempt.isFinal)
    }
  }

  // MARK: Making it up

  private func isOutstanding(_ number: Int) -> Bool {
    guard let last = attempts.last(where: { $0.number == number }) else { return true }
    return !last.isFinal || last.record.outcome == .cancelled
  }

  private mutating func addSession(isLast: Bool) {
    wall += Int64.random(in: 1...3_600_000_000_000, using: &random)
    var session = Session(isKilled: !isLast && Bool.random(using: &random))
    let began = wall
    var threads = Int.random(in: 1...5, using: &random)
    session.changes.append(RunChange(time: began, kind: .sessionBegan, value: threads))
    targets.append((length, threads))
    var queue = (1...items).filter { isOutstanding($0) }.map { (number: $0, notBefore: began, attempt: 1) }
    var free = [Int64](repeating: began, count: 5)
    let most = isLast ? .max : Int.random(in: 0...2 * items, using: &random)
    while !queue.isEmpty, session.attempts.count < most {
      let worker = free.prefix(threads).indices.min { (free[$0], $0) < (free[$1], $1) } ?? 0
      let now = free[worker]
      if Int.random(in: 0..<15, using: &random) == 0 { threads = change(&session, at: now, began) }
      if Int.random(in: 0..<15, using: &random) == 0 { pause(&session, &free, at: now, began) }
      guard let next = queue.firstIndex(where: { $0.notBefore <= free[worker] }) else {
        free[worker] = queue.map(\.notBefore).min() ?? now
        continue
      }
      let item = queue.remove(at: next)
      let attempt = run(item.number, attempt: item.attempt, worker: worker, from: free[worker])
      free[worker] = attempt.record.end
      session.attempts.append(attempt)
      if !attempt.isFinal {
        let delay = Int64.random(in: 0...50_000_000, using: &random)
        queue.append((item.number, attempt.record.end + delay, item.attempt + 1))
      }
    }
    end(&session, began, isLast: isLast)
  }

  private mutating func run(_ number: Int, attempt: Int, worker: Int, from time: Int64) -> Attempt {
    let start = time + Int64.random(in: 1...3_000_000, using: &random)
    let latency = Int64.random(in: 1...80_000_000, using: &random)
    let fails = Int.random(in: 0..<4, using: &random) == 0
    let earlier = attempts.count { $0.number == number }
    let record = EndedAttempt(
      attempt: earlier + attempt, worker: worker + 1, start: start, latency: latency,
      outcome: fails ? (Bool.random(using: &random) ? .failed(Failure("no")) : .timedOut) : .succeeded)
    return Attempt(number: number, start: 0, end: 0, isFinal: !fails || attempt == 3, record: record)
  }

  /// Changes the number of threads and returns the new one.
  private mutating func change(_ session: inout Session, at time: Int64, _ began: Int64) -> Int {
    let threads = Int.random(in: 1...5, using: &random)
    session.changes.append(RunChange(time: time, kind: .threadsChanged, value: threads))
    targets.append((length + time - began, threads))
    return threads
  }

  /// Pauses the run for a while.
  private mutating func pause(_ session: inout Session, _ free: inout [Int64], at time: Int64, _ began: Int64) {
    let begin = max(time, session.changes.map(\.time).max() ?? 0) + 1
    let end = begin + Int64.random(in: 1...200_000_000, using: &random)
    session.changes.append(RunChange(time: begin, kind: .paused))
    session.changes.append(RunChange(time: end, kind: .resumed))
    pauses.append((length + begin - began, length + end - began))
    for worker in free.indices { free[worker] = max(free[worker], end) }
  }

  /// Ends a session. A kill loses running items, and a proper end stops them. Then nothing happens for a while.
  private mutating func end(_ session: inout Session, _ began: Int64, isLast: Bool) {
    session.attempts.sort { ($0.record.end, $0.number) < ($1.record.end, $1.number) }
    let isWhole = session.attempts.allSatisfy { $0.isFinal || hasNext($0, in: session) }
    if !isWhole || session.isKilled, let last = session.attempts.last {
      let cut = last.record.end - 20_000_000
      session.attempts = session.attempts.compactMap { attempt in
        guard attempt.record.end > cut else { return attempt }
        guard attempt.record.start < cut, !session.isKilled else { return nil }
        var stopped = attempt
        stopped.record.latency = cut - attempt.record.start
        stopped.record.outcome = .cancelled
        stopped.isFinal = true
        return stopped
      }
      session.changes.removeAll { $0.time > cut && $0.kind != .sessionBegan }
      targets.removeAll { $0.place > length + cut - began && $0.place > length }
      pauses = pauses.filter { $0.begin <= length + cut - began }.map { ($0.begin, $0.end) }
      session.attempts.sort { ($0.record.end, $0.number) < ($1.record.end, $1.number) }
    }
    session.changes.sort { $0.time < $1.time }
    targets.sort { $0.place < $1.place }
    let latest = max(session.changes.last?.time ?? 0, session.attempts.last?.record.end ?? 0)
    for index in session.attempts.indices {
      session.attempts[index].start = length + session.attempts[index].record.start - began
      session.attempts[index].end = length + session.attempts[index].record.end - began
    }
    attempts += session.attempts
    length += latest - began
    pauses = pauses.map { ($0.begin, min($0.end, length)) }
    wall = latest
    if !session.isKilled {
      let open = Int64.random(in: 0...3_600_000_000_000, using: &random)
      wall += open
      if !isLast { openTime += open }
      session.changes.append(RunChange(time: wall, kind: .sessionEnded, value: 0))
    }
    sessions.append(session)
  }

  private func hasNext(_ attempt: Attempt, in session: Session) -> Bool {
    session.attempts.contains { $0.number == attempt.number && $0.record.start > attempt.record.start }
  }
}
