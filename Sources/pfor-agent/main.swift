import Jobs
import OSText

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

exit(AgentProgram.run(OSProcess.arguments))
