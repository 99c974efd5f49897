import ParallelFor

// This program is linked with the library alone. Its resident memory is that of the language's runtime, the library and
// the loop.
(0..<100_000_000).parallelForEach(threads: 2) { item in precondition(item >= 0, "positions count from 0") }
