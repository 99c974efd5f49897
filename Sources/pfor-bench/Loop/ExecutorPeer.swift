import Foundation

/// Python's executor, made, used and shut down again and again: a program that the peers do not have.
enum ExecutorPeer {
  /// Called with the number of items, of threads, and of turns.
  private static let source = """
    import sys, time
    from concurrent.futures import ThreadPoolExecutor

    items, threads, turns = map(int, sys.argv[1:4])
    checksum = 0
    start = time.perf_counter_ns()
    for _ in range(turns):
        with ThreadPoolExecutor(max_workers=threads) as executor:
            checksum = sum(executor.map(lambda item: item + 1, range(items)))
    time_taken = time.perf_counter_ns() - start
    print(f"executor ns_per_item={time_taken / items:.2f} checksum={checksum:x}")

    """

  /// The command that runs `turns` turns; the time it tells is that of all.
  ///
  /// - Throws: when there is no Python.
  static func command(_ work: LoopWork, turns: Int, in scratch: ScratchFolder) throws -> [String] {
    let path = scratch.path("executor.py")
    try source.write(toFile: path, atomically: true, encoding: .utf8)
    _ = try Program.run(["python3", "--version"])
    return ["python3", path, "\(work.items)", "\(work.threads)", "\(turns)"]
  }
}
