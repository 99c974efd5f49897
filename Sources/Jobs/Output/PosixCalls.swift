import OSText

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

// The calls whose names are also the names of our methods.

func posixOpen(_ path: String, _ flags: Int32) -> Int32 { open(path.osPath, flags) }

func posixRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
  read(descriptor, buffer.baseAddress, buffer.count)
}

/// What an error number means, in the C library's words.
func errorText(_ code: Int32) -> String { String(cString: strerror(code)) }
