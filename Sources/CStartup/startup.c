// What the Swift runtime asks /proc for, known without it, so that the program also runs in an empty
// root (chroot, minimal containers), where /proc may not be mounted.

#include "startup.h"

#if defined(__linux__)
#include <malloc.h>
#endif
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

static int argument_count;
static char **arguments;

// The C libraries of Linux (glibc) and of Apple's systems pass main's parameters to constructors;
// musl does not. The priority puts this one ahead of the runtime's own.
#if defined(__GLIBC__) || defined(__APPLE__)
__attribute__((constructor(101))) static void remember_arguments(int count, char **values) {
  argument_count = count;
  arguments = values;
  // The runtime looks for its crash reporter beside the running program, found through /proc, and
  // aborts where that cannot be read. A name that is given is not looked for.
  if (access("/proc/self/exe", F_OK) != 0) setenv("SWIFT_BACKTRACE", "swift-backtrace=none", 0);
}
#endif

char *const *startup_arguments(int *count) {
  *count = argument_count;
  return arguments;
}

void startup_keep_freed_blocks(void) {
#if defined(__GLIBC__)
  mallopt(M_MMAP_THRESHOLD, 16 << 20);
  mallopt(M_TRIM_THRESHOLD, 64 << 20);
#endif
}
