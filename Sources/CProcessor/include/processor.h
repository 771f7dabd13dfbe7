// What Swift has no word for: which instructions this processor has, and how to wait politely.
#pragma once
#include <stdbool.h>

/// True where AVX2 and FMA (and what comes with Haswell) may be used.
static inline bool processor_has_avx2(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
         __builtin_cpu_supports("bmi2");
#else
  return false;
#endif
}

/// True where AVX-512 F, BW, DQ and VL (Skylake-SP and later, Zen 4 and later) may be used.
static inline bool processor_has_avx512(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#else
  return false;
#endif
}

/// True where units for additions stand beside those for multiply-adds and the two work at the same time, on
/// vectors of 512 bits: Zen 4 (family 19h).
static inline bool processor_adds_beside_multiplying(void) {
#if defined(__x86_64__)
  return __builtin_cpu_is("amdfam19h") && processor_has_avx512();
#else
  return false;
#endif
}

/// A hint that this thread spins: saves power and leaves the core to its sibling.
static inline void processor_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ __volatile__("yield");
#endif
}

/// Makes lines that were written past the caches visible before what this thread writes next.
static inline void processor_finish_streaming(void) {
#if defined(__x86_64__)
  __builtin_ia32_sfence();
#endif
}

/// A hint that the line of memory at `address` will soon be read.
static inline void processor_prefetch(const void *address) { __builtin_prefetch(address); }

/// A hint that the line of memory at `address` will be read after a while: it goes to the second-level cache.
static inline void processor_prefetch_early(const void *address) {
  __builtin_prefetch(address, 0, 2);
}

/// A hint that the line of memory at `address` will soon be written.
static inline void processor_prefetch_to_write(const void *address) {
  __builtin_prefetch(address, 1);
}
