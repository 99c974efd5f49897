#include "CPosix.h"
#ifdef __linux__
#include <sys/syscall.h>
#endif

enum cposix_wait cposix_wait_of_call(long number) {
  switch (number) {
#ifdef __linux__
    case SYS_read:
    case SYS_readv:
    case SYS_recvfrom:
    case SYS_recvmsg: return cposix_wait_input;
    case SYS_write:
    case SYS_writev:
    case SYS_sendto:
    case SYS_sendmsg:
    case SYS_connect: return cposix_wait_output;
    case SYS_accept:
    case SYS_accept4: return cposix_wait_connection;
#ifdef SYS_poll
    case SYS_poll:
#endif
    case SYS_ppoll: return cposix_wait_poll;
#ifdef SYS_select
    case SYS_select:
#endif
    case SYS_pselect6: return cposix_wait_select;
#ifdef SYS_epoll_wait
    case SYS_epoll_wait:
#endif
    case SYS_epoll_pwait: return cposix_wait_epoll;
    case SYS_nanosleep:
    case SYS_clock_nanosleep: return cposix_wait_sleep;
    case SYS_wait4:
    case SYS_waitid: return cposix_wait_children;
    case SYS_futex: return cposix_wait_thread;
    case SYS_flock: return cposix_wait_file_lock;
    case SYS_fsync:
    case SYS_fdatasync: return cposix_wait_disk;
#endif
    default: return cposix_wait_unknown;
  }
}
