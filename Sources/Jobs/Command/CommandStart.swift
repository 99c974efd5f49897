import CPosix

/// Prepares a program at its start, so that hundreds of commands can start at once.
public enum CommandStart {
  /// Makes room for the descriptors of some thousand commands, up to the process's limit. It also records the
  /// descriptors that the process inherited, which commands inherit too, and opens missing standard streams.
  ///
  /// Call it at the program's start, before it has threads. With threads, opening the 65th, 257th or 513th descriptor
  /// waits until every processor has switched tasks, 5 to 8 ms on Linux, and blocks every other thread that opens a
  /// file. Commands also start without this call, each with a copy of the table of descriptors.
  public static func prepareDescriptors() { cposix_prepare_descriptors(4096) }
}
