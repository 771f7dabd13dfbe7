#ifndef CSTARTUP_H
#define CSTARTUP_H

/// The arguments that the system passed to this process, and their number; NULL where the C library
/// does not tell.
char *const *startup_arguments(int *count);

/// Has the C library keep blocks of up to 16 MB that are given back, for the next ones.
///
/// Masks, their logits and their runs take some 100 kB each, prototypes some MB. Given back to the system one by one
/// they would come again page by page, zeroed: an eighth to a sixth of the time that 300 masks take.
void startup_keep_freed_blocks(void);

#endif
