// What the two readers share.
#pragma once
#include <string.h>

#include "image_codecs.h"

/// A reader begins with its two functions, so that `codec_read` need not know which library it is.
struct codec_reader {
  codec_status (*read)(codec_reader *, uint8_t *rgb, codec_fault *);
  void (*close)(codec_reader *);
};

static inline void codec_describe(codec_fault *fault, const char *text) {
  strncpy(fault->text, text, sizeof fault->text - 1);
  fault->text[sizeof fault->text - 1] = 0;
}
