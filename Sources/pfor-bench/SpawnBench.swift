import Jobs
import ParallelFor
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `pfor-bench spawn [ITEMS] [THREADS]`: processes a second through ``CommandJob`` alone, without a pool.
enum SpawnBench {
  static func run(_ arguments: [String]) throws {
    let count = arguments.first.flatMap { Int($0) } ?? 5000
    let threads = arguments.dropFirst().first.flatMap { Int($0) } ?? 2
    let job = CommandJob(Template(arguments: ["/bin/true"]))
    let work = Work(job: job, count: count)
    let start = ContinuousClock.now
    var started: [pthread_t] = []
    for slot in 1...threads {
      let argument = Unmanaged.passRetained(Worker(work: work, slot: slot)).toOpaque()
      #if canImport(Glibc)
        var thread = pthread_t()
        pthread_create(&thread, nil, { Worker.run($0) }, argument)
        started.append(thread)
      #else
        var thread: pthread_t?
        pthread_create(&thread, nil, { Worker.run($0) }, argument)
        if let thread { started.append(thread) }
      #endif
    }
    for thread in started { pthread_join(thread, nil) }
    let elapsed = ContinuousClock.now - start
    let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
    let failed = work.failed.load(ordering: .relaxed)
    print("spawn n=\(count) threads=\(threads) items_per_second=\(Int(Double(count) / seconds)) failed=\(failed)")
  }

  private final class Work: Sendable {
    let job: CommandJob
    let count: Int
    let next = Atomic<Int>(0)
    let failed = Atomic<Int>(0)

    init(job: CommandJob, count: Int) {
      self.job = job
      self.count = count
    }
  }

  private final class Worker {
    let work: Work
    let slot: Int

    init(work: Work, slot: Int) {
      self.work = work
      self.slot = slot
    }

    static func run(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
      guard let argument else { return nil }
      let worker = Unmanaged<Worker>.fromOpaque(argument).takeRetainedValue()
      guard let session = try? worker.work.job.openSession(for: WorkerID(worker.slot)) else { return nil }
      let cancellation = Cancellation()
      while true {
        let position = worker.work.next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard position < worker.work.count else { break }
        let context = ItemContext(item: ItemID(position), worker: WorkerID(worker.slot), cancellation: cancellation)
        let ending = session.run(Item("x"), in: context)
        if !ending.outcome.isSuccess { worker.work.failed.wrappingAdd(1, ordering: .relaxed) }
        cancellation.reset()
      }
      session.close()
      return nil
    }
  }
}
