import OSText

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

// System calls whose names some of our methods share.

func posixOpen(_ path: String, _ flags: Int32) -> Int32 { open(path.osPath, flags) }

func posixRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
  read(descriptor, buffer.baseAddress, buffer.count)
}

/// Returns the C library's description of an error number.
func errorText(_ code: Int32) -> String { String(cString: strerror(code)) }
