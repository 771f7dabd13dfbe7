// JPEG: the library's defaults (accurate integer IDCT, smooth chroma upsampling), as OpenCV has
// them, so that the bytes are the same; and its warnings sorted into harmless and fatal.
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>
#include <jerror.h>

#include "reader.h"

typedef struct {
  struct jpeg_error_mgr base;
  jmp_buf escape;
  codec_status status;
  codec_fault fault;
} fault_manager;

typedef struct {
  codec_reader base;
  struct jpeg_decompress_struct info;
  fault_manager faults;
  struct jpeg_source_mgr source;
  struct jpeg_progress_mgr progress;
  /// True while the entropy decoder would notice by itself that data are missing.
  bool end_may_be_supplied;
  bool end_was_supplied;
} jpeg_reader;

static void fail(j_common_ptr info) {
  fault_manager *manager = (fault_manager *)info->err;
  char text[JMSG_LENGTH_MAX];
  info->err->format_message(info, text);
  codec_describe(&manager->fault, text);
  manager->status = codec_damaged;
  longjmp(manager->escape, 1);
}

static void fail_truncated(j_common_ptr info) {
  fault_manager *manager = (fault_manager *)info->err;
  codec_describe(&manager->fault, "the file ends before the picture does");
  manager->status = codec_truncated;
  longjmp(manager->escape, 1);
}

/// A warning that means invented pixels ends the decoding; the library would paint them grey and
/// go on, and a segmentation of grey would look like a result.
static void hear(j_common_ptr info, int level) {
  if (level >= 0) return;  // trace
  switch (info->err->msg_code) {
    case JWRN_HIT_MARKER:
      if (((jpeg_reader *)info->client_data)->end_was_supplied) fail_truncated(info);
      fail(info);
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_MUST_RESYNC:
      fail(info);
  }
}

static void stay_silent(j_common_ptr info) {}

static struct jpeg_error_mgr *faults(fault_manager *manager) {
  jpeg_std_error(&manager->base);
  manager->base.error_exit = fail;
  manager->base.emit_message = hear;
  manager->base.output_message = stay_silent;
  return &manager->base;
}

static void begin_or_end(j_decompress_ptr info) {}

/// The file ends here. Inside the only Huffman scan an end marker is supplied: if pixels are
/// missing the decoder will complain, and if only the marker was, the picture is whole.
static boolean at_end(j_decompress_ptr info) {
  static const JOCTET end[2] = {0xFF, JPEG_EOI};
  jpeg_reader *reader = info->client_data;
  if (!reader->end_may_be_supplied) fail_truncated((j_common_ptr)info);
  reader->end_was_supplied = true;
  info->src->next_input_byte = end;
  info->src->bytes_in_buffer = 2;
  return TRUE;
}

static void skip(j_decompress_ptr info, long count) {
  if (count <= 0) return;
  if ((size_t)count > info->src->bytes_in_buffer) fail_truncated((j_common_ptr)info);
  info->src->next_input_byte += count;
  info->src->bytes_in_buffer -= (size_t)count;
}

/// A few kilobytes can ask for the whole picture to be refined thousands of times: a real encoder
/// stays below twenty scans.
static void limit_scans(j_common_ptr info) {
  jpeg_reader *reader = info->client_data;
  if (reader->info.input_scan_number <= 200) return;
  codec_describe(&reader->faults.fault, "more than 200 scans");
  reader->faults.status = codec_damaged;
  longjmp(reader->faults.escape, 1);
}

/// OpenCV's conversion: every CMYK file is taken for inverted, as Adobe writes them.
static void cmyk_to_rgb(const uint8_t *cmyk, uint8_t *rgb, size_t width) {
  for (size_t x = 0; x < width; x++, cmyk += 4, rgb += 3) {
    int k = cmyk[3];
    for (int c = 0; c < 3; c++) rgb[c] = (uint8_t)(k - ((255 - cmyk[c]) * k >> 8));
  }
}

static codec_status read_jpeg(codec_reader *base, uint8_t *rgb, codec_fault *fault) {
  jpeg_reader *reader = (jpeg_reader *)base;
  struct jpeg_decompress_struct *info = &reader->info;
  if (setjmp(reader->faults.escape)) {
    *fault = reader->faults.fault;
    return reader->faults.status;
  }
  int cmyk = info->num_components == 4;
  info->out_color_space = cmyk ? JCS_CMYK : JCS_RGB;
  reader->end_may_be_supplied = !jpeg_has_multiple_scans(info) && !info->arith_code;
  jpeg_start_decompress(info);
  size_t row_bytes = (size_t)info->output_width * 3;
  JSAMPARRAY four = cmyk ? info->mem->alloc_sarray((j_common_ptr)info, JPOOL_IMAGE,
                                                   info->output_width * 4, 1)
                         : NULL;
  while (info->output_scanline < info->output_height) {
    JSAMPROW row = rgb + row_bytes * info->output_scanline;
    jpeg_read_scanlines(info, cmyk ? four : &row, 1);
    if (cmyk) cmyk_to_rgb(four[0], row, info->output_width);
  }
  return codec_ok;
}

static void close_jpeg(codec_reader *base) {
  jpeg_reader *reader = (jpeg_reader *)base;
  jpeg_destroy_decompress(&reader->info);
  free(reader);
}

codec_reader *codec_open_jpeg(const uint8_t *bytes, size_t count, codec_header *header,
                              codec_status *status, codec_fault *fault) {
  jpeg_reader *reader = calloc(1, sizeof *reader);
  if (!reader) abort();
  reader->base.read = read_jpeg;
  reader->base.close = close_jpeg;
  struct jpeg_decompress_struct *info = &reader->info;
  info->err = faults(&reader->faults);
  if (setjmp(reader->faults.escape)) {
    *status = reader->faults.status;
    *fault = reader->faults.fault;
    close_jpeg(&reader->base);
    return NULL;
  }
  jpeg_create_decompress(info);
  info->client_data = reader;
  reader->source.init_source = begin_or_end;
  reader->source.term_source = begin_or_end;
  reader->source.fill_input_buffer = at_end;
  reader->source.skip_input_data = skip;
  reader->source.resync_to_restart = jpeg_resync_to_restart;
  reader->source.next_input_byte = bytes;
  reader->source.bytes_in_buffer = count;
  info->src = &reader->source;
  reader->progress.progress_monitor = limit_scans;
  info->progress = &reader->progress;
  jpeg_read_header(info, TRUE);
  header->width = info->image_width;
  header->height = info->image_height;
  // A Huffman code has at least one bit, and each 8×8 block of the finest component has at least
  // one code. The arithmetic coder knows no such limit.
  header->least_bytes = info->arith_code ? 0 : header->width * header->height / 512;
  *status = codec_ok;
  return &reader->base;
}

typedef struct {
  struct jpeg_compress_struct info;
  fault_manager faults;
  unsigned char *bytes;
  unsigned long count;
} jpeg_writer;

static bool write_jpeg(jpeg_writer *writer, const uint8_t *rgb, size_t width, size_t height,
                       int quality) {
  struct jpeg_compress_struct *info = &writer->info;
  info->err = faults(&writer->faults);
  if (setjmp(writer->faults.escape)) return false;
  jpeg_create_compress(info);
  jpeg_mem_dest(info, &writer->bytes, &writer->count);
  info->image_width = (JDIMENSION)width;
  info->image_height = (JDIMENSION)height;
  info->input_components = 3;
  info->in_color_space = JCS_RGB;
  jpeg_set_defaults(info);
  jpeg_set_quality(info, quality, TRUE);
  jpeg_start_compress(info, TRUE);
  while (info->next_scanline < info->image_height) {
    JSAMPROW row = (JSAMPROW)(rgb + (size_t)info->next_scanline * width * 3);
    jpeg_write_scanlines(info, &row, 1);
  }
  jpeg_finish_compress(info);
  return true;
}

codec_output codec_write_jpeg(const uint8_t *rgb, size_t width, size_t height, int quality) {
  jpeg_writer writer = {.bytes = NULL};
  bool done = write_jpeg(&writer, rgb, width, height, quality);
  jpeg_destroy_compress(&writer.info);
  if (!done) {
    free(writer.bytes);
    writer.bytes = NULL;
  }
  return (codec_output){writer.bytes, writer.count};
}
