#include <cblas.h>

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
