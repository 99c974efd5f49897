#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension LatencySummary {
  /// Returns the natural logarithm.
  static func log(_ value: Double) -> Double {
    #if canImport(Glibc)
      Glibc.log(value)
    #else
      Darwin.log(value)
    #endif
  }

  /// Returns e to the power of `value`.
  static func exp(_ value: Double) -> Double {
    #if canImport(Glibc)
      Glibc.exp(value)
    #else
      Darwin.exp(value)
    #endif
  }
}
