#include <stdlib.h>

#include "reader.h"

codec_status codec_read(codec_reader *reader, uint8_t *rgb, codec_fault *fault) {
  return reader->read(reader, rgb, fault);
}

void codec_close(codec_reader *reader) { reader->close(reader); }

void codec_free(codec_output output) { free(output.bytes); }
