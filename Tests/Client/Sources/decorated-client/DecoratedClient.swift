import ParallelForDecorators

@Distribute(threads: 5) func getCubes(_ i: Int) throws -> Int { i * i * i }
@DistributeOver(0..<10) func getSquares(_ i: Int) -> Int { i * i }

/// The decorators of the README.
@main struct DecoratedClient {
  static func main() async throws {
    let (one, some) = try (getCubes(3), getCubes(0..<4))
    precondition(one == 27 && some == [0, 1, 8, 27])
    var cubes: [Int] = []
    for try await cube in getCubes(lazily: 0...) {
      if cube > 100 { break }
      cubes.append(cube)
    }
    precondition(cubes == [0, 1, 8, 27, 64])
    precondition(getSquares() == (0..<10).map { $0 * $0 })
    print("all as documented")
  }
}
