// JPEG and PNG through libjpeg-turbo and libpng.
//
// Both libraries report faults by longjmp, which must never cross a Swift frame: so the calls stand
// here, each behind its own setjmp, and Swift sees only values that say whether they worked. Nothing
// is decided here about files, orientation or limits; that is Swift's part.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// How a call ended.
typedef enum {
  codec_ok,
  /// The bytes end before the picture does.
  codec_truncated,
  /// The bytes contradict the format, or hold what the library cannot read; the fault says what.
  codec_damaged,
} codec_status;

/// What the library had to say, one line, zero-terminated; empty where `codec_ok`.
typedef struct {
  char text[200];
} codec_fault;

/// An opened picture: its header has been read, its pixels have not.
typedef struct codec_reader codec_reader;

/// The header, as far as Swift needs it.
typedef struct {
  size_t width, height;
  /// A lower bound on the bytes that a file with this header must hold; 0 where there is none.
  size_t least_bytes;
} codec_header;

/// Reads the header. `bytes` must stay alive and unchanged until `codec_close`. NULL on a fault.
codec_reader *codec_open_jpeg(const uint8_t *bytes, size_t count, codec_header *header,
                              codec_status *status, codec_fault *fault);
codec_reader *codec_open_png(const uint8_t *bytes, size_t count, codec_header *header,
                             codec_status *status, codec_fault *fault);

/// Writes width × height × 3 bytes, red first, rows from the top. Once per reader.
codec_status codec_read(codec_reader *reader, uint8_t *rgb, codec_fault *fault);

/// Frees what the reader holds, whatever happened before.
void codec_close(codec_reader *reader);

/// Encoded bytes, for `codec_free`. NULL only where memory is exhausted.
typedef struct {
  uint8_t *bytes;
  size_t count;
} codec_output;

void codec_free(codec_output output);

/// A baseline JPEG with 4:2:0 chroma, quality 1…100, from width × height × 3 bytes.
codec_output codec_write_jpeg(const uint8_t *rgb, size_t width, size_t height, int quality);

/// A PNG of 1 (grey), 3 (RGB) or 4 (RGBA) channels of 8 bits, or of 1 channel of 16 bits (native
/// byte order in memory).
codec_output codec_write_png(const void *pixels, size_t width, size_t height, int channels,
                             int bits);
