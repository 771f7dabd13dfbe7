// PNG: libpng's transformations as OpenCV orders them: every kind becomes 8-bit RGB, of 16 bits
// the high byte, without transparency and without gamma or colour management.
#include <setjmp.h>
#include <stdlib.h>

#include <png.h>
#include <zlib.h>

#include "reader.h"

typedef struct {
  codec_reader base;
  png_structp png;
  png_infop info;
  const uint8_t *next;
  size_t left;
  codec_status status;
  codec_fault fault;
} png_reader;

static void fail(png_structp png, png_const_charp text) {
  png_reader *reader = png_get_error_ptr(png);
  if (reader->status == codec_ok) reader->status = codec_damaged;
  codec_describe(&reader->fault, text);
  png_longjmp(png, 1);
}

static void stay_silent(png_structp png, png_const_charp text) {}

static void take(png_structp png, png_bytep bytes, size_t count) {
  png_reader *reader = png_get_io_ptr(png);
  if (count > reader->left) {
    reader->status = codec_truncated;
    png_error(png, "the file ends before the picture does");
  }
  memcpy(bytes, reader->next, count);
  reader->next += count;
  reader->left -= count;
}

static codec_status read_png(codec_reader *base, uint8_t *rgb, codec_fault *fault) {
  png_reader *reader = (png_reader *)base;
  png_structp png = reader->png;
  if (setjmp(png_jmpbuf(png))) {
    *fault = reader->fault;
    return reader->status;
  }
  int depth = png_get_bit_depth(png, reader->info);
  int colour = png_get_color_type(png, reader->info);
  if (depth == 16) png_set_strip_16(png);
  if (colour == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
  png_set_strip_alpha(png);  // also the one that a palette's tRNS makes
  if (!(colour & PNG_COLOR_MASK_COLOR)) {
    if (depth < 8) png_set_expand_gray_1_2_4_to_8(png);
    png_set_gray_to_rgb(png);
  }
  int passes = png_set_interlace_handling(png);
  png_read_update_info(png, reader->info);
  size_t height = png_get_image_height(png, reader->info);
  size_t row_bytes = (size_t)png_get_image_width(png, reader->info) * 3;
  if (png_get_rowbytes(png, reader->info) != row_bytes) png_error(png, "unexpected row size");
  for (int pass = 0; pass < passes; pass++)
    for (size_t y = 0; y < height; y++) png_read_row(png, rgb + y * row_bytes, NULL);
  png_read_end(png, NULL);  // a file without its IEND is cut off
  return codec_ok;
}

static void close_png(codec_reader *base) {
  png_reader *reader = (png_reader *)base;
  png_destroy_read_struct(&reader->png, &reader->info, NULL);
  free(reader);
}

codec_reader *codec_open_png(const uint8_t *bytes, size_t count, codec_header *header,
                             codec_status *status, codec_fault *fault) {
  png_reader *reader = calloc(1, sizeof *reader);
  if (!reader) abort();
  reader->base.read = read_png;
  reader->base.close = close_png;
  reader->next = bytes;
  reader->left = count;
  reader->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, reader, fail, stay_silent);
  if (!reader->png) abort();
  if (setjmp(png_jmpbuf(reader->png))) {
    *status = reader->status;
    *fault = reader->fault;
    close_png(&reader->base);
    return NULL;
  }
  reader->info = png_create_info_struct(reader->png);
  png_set_read_fn(reader->png, reader, take);
  // Ancillary chunks are skipped unread (tRNS alone is not in the library's list): none changes the
  // bytes, and several unpack into megabytes (iCCP, zTXt, iTXt).
  png_set_keep_unknown_chunks(reader->png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  png_read_info(reader->png, reader->info);
  header->width = png_get_image_width(reader->png, reader->info);
  header->height = png_get_image_height(reader->png, reader->info);
  // Deflate makes at most 1032 bytes of one (258 bytes a match, two bits a match).
  header->least_bytes = png_get_rowbytes(reader->png, reader->info) * header->height / 1032;
  *status = codec_ok;
  return &reader->base;
}

typedef struct {
  codec_output output;
  size_t capacity;
} growing;

static void give(png_structp png, png_bytep bytes, size_t count) {
  growing *buffer = png_get_io_ptr(png);
  if (buffer->capacity - buffer->output.count < count) {
    size_t capacity = buffer->capacity * 2 + count + 4096;
    uint8_t *larger = realloc(buffer->output.bytes, capacity);
    if (!larger) png_error(png, "out of memory");
    buffer->output.bytes = larger;
    buffer->capacity = capacity;
  }
  memcpy(buffer->output.bytes + buffer->output.count, bytes, count);
  buffer->output.count += count;
}

static void flush_nothing(png_structp png) {}

codec_output codec_write_png(const void *pixels, size_t width, size_t height, int channels,
                             int bits) {
  growing *buffer = calloc(1, sizeof *buffer);
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, stay_silent);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  if (!buffer || !info) abort();
  if (setjmp(png_jmpbuf(png))) {
    free(buffer->output.bytes);
    buffer->output = (codec_output){NULL, 0};
  } else {
    png_set_write_fn(png, buffer, give, flush_nothing);
    int colour = channels == 1   ? PNG_COLOR_TYPE_GRAY
                 : channels == 3 ? PNG_COLOR_TYPE_RGB
                                 : PNG_COLOR_TYPE_RGB_ALPHA;
    png_set_IHDR(png, info, (png_uint_32)width, (png_uint_32)height, bits, colour,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    // Differences to the row above, runs only: on photographs as small as level 3 of the usual search
    // (4 % above level 6) in a third of its time, on masks and label maps the fastest and, beside
    // unfiltered runs, the smallest. Measured over 16 combinations.
    png_set_compression_level(png, 1);
    png_set_compression_strategy(png, Z_RLE);
    png_set_compression_buffer_size(png, 1 << 16);
    png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_UP);
    png_write_info(png, info);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    if (bits == 16) png_set_swap(png);
#endif
    size_t row_bytes = width * (size_t)channels * (size_t)(bits / 8);
    for (size_t y = 0; y < height; y++)
      png_write_row(png, (png_const_bytep)pixels + y * row_bytes);
    png_write_end(png, NULL);
  }
  codec_output output = buffer->output;
  png_destroy_write_struct(&png, &info);
  free(buffer);
  return output;
}
