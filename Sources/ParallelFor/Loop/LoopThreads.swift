/// The threads of one loop. The caller is the first, and each thread that finds work left starts up to two more.
@usableFromInline
final class LoopThreads: @unchecked Sendable {
  private let monitor = Monitor()
  private let allEnded = Condition()
  private let loop: IndexLoop
  /// The caller's closure. It does not escape, so no reference to it may remain when ``run(_:work:)`` returns.
  private var work: ((Int) -> Void)?
  private var running = 0

  /// - Parameter work: runs the worker with the given number, counted from 0, until nothing is left.
  private init(_ loop: IndexLoop, work: @escaping (Int) -> Void) {
    self.loop = loop
    self.work = work
  }

  /// Runs `work` on up to as many threads as the loop has workers, depending on the work left, and waits for all.
  @usableFromInline
  static func run(_ loop: IndexLoop, work: (Int) -> Void) {
    withoutActuallyEscaping(work) { work in
      let threads = LoopThreads(loop, work: work)
      threads.live(0)
      threads.wait()
      threads.work = nil
    }
  }

  private func live(_ worker: Int) {
    for next in [2 * worker + 1, 2 * worker + 2] where next < loop.workers && loop.hasRest { start(next) }
    work?(worker)
  }

  private func start(_ worker: Int) {
    monitor.withLock { running += 1 }
    // A missing thread costs only speed, because the others take its share.
    let isStarted = WorkerThread.start(name: "pfor-\(worker + 1)", .none) { [self] in
      live(worker)
      ended()
    }
    if !isStarted { ended() }
  }

  private func ended() {
    monitor.withLock {
      running -= 1
      if running == 0 { allEnded.broadcast() }
    }
  }

  private func wait() {
    monitor.withLock { while running > 0 { monitor.wait(for: allEnded) } }
  }
}
