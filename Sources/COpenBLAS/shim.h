#include <cblas.h>

// Present in OpenBLAS builds with threads of their own. Weak: other builds lack it.
extern int blas_thread_shutdown_(void) __attribute__((weak));

/// Ends OpenBLAS's threads, which it starts as soon as it is loaded and which then spin for a tenth of
/// a second; a call on one thread does without them.
static inline void openblas_end_threads(void) {
  openblas_set_num_threads(1);
  if (blas_thread_shutdown_) blas_thread_shutdown_();
}

// Present in OpenBLAS builds that choose their kernels at run time. Weak: other builds lack them.
extern void gotoblas_dynamic_init(void) __attribute__((weak));
extern void gotoblas_dynamic_quit(void) __attribute__((weak));

/// Lets OpenBLAS choose its kernels anew after OPENBLAS_CORETYPE was set; false where it cannot.
static inline int openblas_choose_again(void) {
  if (!gotoblas_dynamic_init || !gotoblas_dynamic_quit) return 0;
  gotoblas_dynamic_quit();
  gotoblas_dynamic_init();
  return 1;
}
