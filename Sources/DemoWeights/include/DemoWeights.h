#pragma once

#include <stddef.h>

/// `Weights/demo.safetensors`, as it was when this was compiled: bytes that live as long as the
/// process.
const void *demo_weights_bytes(void);

/// How many there are.
size_t demo_weights_count(void);
