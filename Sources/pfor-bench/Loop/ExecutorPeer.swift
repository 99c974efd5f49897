import Foundation

/// A Python program that repeatedly makes, uses and shuts down an executor. The peers' folder does not contain one.
enum ExecutorPeer {
  /// The program. Its arguments are the numbers of items, threads and turns.
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

  /// Returns the command that runs `turns` turns and reports the total time.
  ///
  /// - Throws: an error if there is no Python.
  static func command(_ work: LoopWork, turns: Int, in scratch: ScratchFolder) throws -> [String] {
    let path = scratch.path("executor.py")
    try source.write(toFile: path, atomically: true, encoding: .utf8)
    _ = try Program.run(["python3", "--version"])
    return ["python3", path, "\(work.items)", "\(work.threads)", "\(turns)"]
  }
}
