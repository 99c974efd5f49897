import ParallelForDecorators

@Distribute(threads: 5) func getCubes(_ i: Int) throws -> Int { i * i * i }
@DistributeOver(0..<10) func getSquares(_ i: Int) -> Int { i * i }

@Distribute func later(of number: Int) async -> Int { -number }

struct Shop {
  let factor: Int

  @Distribute(threads: 2) func price(of number: Int) -> Int { factor * number }
}

/// The decorators of the README, and of a method and an `async` function.
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
    let laters = try await later(of: 1...3)
    precondition(laters == [-1, -2, -3])
    precondition(Shop(factor: 3).price(of: 0..<3) == [0, 3, 6])
    print("all as documented")
  }
}
