import ParallelFor

// Linked with the library alone: what this process keeps resident is the language's runtime, the library and the loop.
(0..<100_000_000).parallelForEach(threads: 2) { item in precondition(item >= 0, "positions count from 0") }
