#ifndef CSTARTUP_H
#define CSTARTUP_H

/// The arguments that the system passed to this process, and their number; NULL where the C library
/// does not tell.
char *const *startup_arguments(int *count);

#endif
