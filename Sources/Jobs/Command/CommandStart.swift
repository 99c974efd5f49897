import CPosix

/// What a program does at its start so that commands by the hundred begin at once.
public enum CommandStart {
  /// Makes room for the descriptors of some thousand commands, as far as the process may have so many, notes which
  /// descriptors it was given, which commands are given too, and opens the standard streams that it was not given.
  ///
  /// For a program's start, before it has threads. With threads, opening the 65th, 257th or 513th descriptor waits until
  /// every processor has switched tasks, 5 to 8 ms on Linux, and every other thread that opens a file waits too. Without
  /// this call commands start all the same, each with a copy of the table of descriptors.
  public static func prepareDescriptors() { cposix_prepare_descriptors(4096) }
}
