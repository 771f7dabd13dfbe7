// The weights as data of the executable: mapped by the system when they are first read, and nothing
// that a user could forget to install. A C file, because `#embed` (C23) copies them in as they are,
// where an array literal of that size would keep the compiler busy for minutes.

#include "DemoWeights.h"

// A cache line, as a file's mapping would have it at least.
_Alignas(64) static const unsigned char demo_weights[] = {
#embed "../../Weights/demo.safetensors"
};

const void *demo_weights_bytes(void) { return demo_weights; }

size_t demo_weights_count(void) { return sizeof demo_weights; }
