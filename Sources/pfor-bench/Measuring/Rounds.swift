import Foundation

/// What one turn of a contender cost.
struct Sample {
  /// Seconds from start to end.
  var wall: Double
  /// Seconds of user and system time, with all processes it waited for.
  var cpu: Double = 0
  /// The most resident memory of one process, in bytes.
  var peakBytes: Int64 = 0
}

/// One of those that are compared.
struct Contender {
  let name: String
  let run: () throws -> Sample

  init(_ name: String, run: @escaping () throws -> Sample) {
    self.name = name
    self.run = run
  }
}

/// All turns of one contender.
struct Series {
  let name: String
  var samples: [Sample] = []

  var wall: Double { median(of: samples.map(\.wall)) }
  var cpu: Double { median(of: samples.map(\.cpu)) }
  var peakBytes: Int64 { samples.map(\.peakBytes).max() ?? 0 }

  /// How many times as fast this one is as another: the median of the rounds.
  func speed(against other: Series) -> Double { median(of: zip(samples, other.samples).map { $1.wall / $0.wall }) }

  /// With another contender's time of the same round taken off each.
  func less(_ other: Series) -> Series {
    let samples = zip(samples, other.samples).map {
      Sample(wall: $0.wall - $1.wall, cpu: $0.cpu - $1.cpu, peakBytes: $0.peakBytes)
    }
    return Series(name: name, samples: samples)
  }
}

/// Lets contenders take turns.
enum Rounds {
  /// Runs each contender once a round, and tells on standard error how far it is.
  static func run(_ contenders: [Contender], rounds: Int) throws -> [Series] {
    var all = contenders.map { Series(name: $0.name) }
    for round in 1...rounds {
      for (index, contender) in contenders.enumerated() {
        Progress.tell("round \(round) of \(rounds): \(contender.name)")
        all[index].samples.append(try contender.run())
      }
    }
    return all
  }
}

/// The middle of some numbers, or the mean of the two in the middle; not a number when there are none.
func median(of numbers: [Double]) -> Double {
  guard !numbers.isEmpty else { return .nan }
  let sorted = numbers.sorted()
  return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
}

/// Lines on standard error that say what goes on.
enum Progress {
  static func tell(_ text: String) { FileHandle.standardError.write(Data("pfor-bench: \(text)\n".utf8)) }
}
