#if os(Linux)
  import Glibc
  import TestSupport
  import Testing

  /// Makes a system call fail for run files, with a library that is loaded into the program.
  enum Injector {
    /// Builds the library.
    ///
    /// - Returns: false where there is no compiler.
    static func make(in sandbox: Sandbox) throws -> Bool {
      try sandbox.write(source, to: "injector.c")
      return try sandbox.run("command -v cc && cc -shared -fPIC -w -o injector.so injector.c -ldl").status == 0
    }

    /// Returns a prefix for a command line that makes a system call fail for a run file or for a file beside it.
    ///
    /// - Parameter number: the call that fails, counted from 1; 0 makes all of them fail.
    static func failing(_ call: String, _ number: Int) -> String {
      "FAIL_CALL=\(call) FAIL_NUMBER=\(number) LD_PRELOAD=$PWD/injector.so"
    }

    /// Whether a call has failed since the last check. If there were fewer calls than the number, a larger number makes
    /// none fail either.
    static func hasFailed(in sandbox: Sandbox) -> Bool { unlink("\(sandbox.path)/injected") == 0 }

    // Without <fcntl.h>, whose functions take any arguments.
    private static let source = """
      #define _GNU_SOURCE
      #include <dlfcn.h>
      #include <errno.h>
      #include <stdio.h>
      #include <stdlib.h>
      #include <string.h>
      #include <sys/stat.h>
      #include <unistd.h>
      static int count;
      static int path_fails(const char *call, const char *path) {
        const char *name = getenv("FAIL_CALL"), *number = getenv("FAIL_NUMBER");
        if (!name || strcmp(name, call) || !path || !strstr(path, ".run")) return 0;
        int now = __atomic_add_fetch(&count, 1, __ATOMIC_SEQ_CST);
        if (atoi(number) != 0 && now != atoi(number)) return 0;
        mknod("injected", S_IFREG | 0600, 0);
        errno = EIO;
        return 1;
      }
      static int file_fails(const char *call, int file) {
        const char *name = getenv("FAIL_CALL");
        char link[64], path[4096] = {0};
        if (!name || strcmp(name, call)) return 0;
        snprintf(link, sizeof link, "/proc/self/fd/%d", file);
        return readlink(link, path, sizeof path - 1) > 0 && path_fails(call, path);
      }
      #define CALL(type, name, fails, first, parameters, arguments) \\
        type name parameters { \\
          static type (*real) parameters; \\
          if (!real) real = dlsym(RTLD_NEXT, #name); \\
          return fails(#name, first) ? -1 : real arguments; \\
        }
      CALL(ssize_t, pwrite64, file_fails, file, (int file, const void *b, size_t n, off64_t o), (file, b, n, o))
      CALL(ssize_t, pread64, file_fails, file, (int file, void *b, size_t n, off64_t o), (file, b, n, o))
      CALL(ssize_t, pread, file_fails, file, (int file, void *b, size_t n, off_t o), (file, b, n, o))
      CALL(int, fdatasync, file_fails, file, (int file), (file))
      CALL(int, ftruncate64, file_fails, file, (int file, off64_t n), (file, n))
      CALL(int, fstat64, file_fails, file, (int file, struct stat64 *s), (file, s))
      CALL(int, fstat, file_fails, file, (int file, struct stat *s), (file, s))
      CALL(int, fcntl64, file_fails, file, (int file, int c, long a), (file, c, a))
      CALL(int, open64, path_fails, path, (const char *path, int f, int m), (path, f, m))
      CALL(int, open, path_fails, path, (const char *path, int f, int m), (path, f, m))
      CALL(int, stat, path_fails, path, (const char *path, struct stat *s), (path, s))
      CALL(int, unlink, path_fails, path, (const char *path), (path))

      """
  }
#endif
