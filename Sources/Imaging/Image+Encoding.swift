import CImageCodecs

/// What a PNG's samples are.
public enum PNGKind: Sendable {
  /// One byte a pixel.
  case grey
  /// Three bytes a pixel.
  case rgb
  /// Four bytes a pixel; alpha 255 is opaque, colours are not premultiplied.
  case rgba

  var channels: Int {
    switch self {
    case .grey: 1
    case .rgb: 3
    case .rgba: 4
    }
  }
}

/// Bytes of a PNG file, the same for the same pixels.
public enum PNG {
  /// Encodes 8-bit samples, rows from the top.
  ///
  /// - Precondition: `samples.count == width * height * channels`, and the picture is not empty.
  public static func encode(
    _ samples: [UInt8], width: Int, height: Int, kind: PNGKind
  ) -> [UInt8] {
    check(samples.count, width, height, kind.channels)
    return samples.withUnsafeBytes {
      encode($0, width: width, height: height, channels: kind.channels, bits: 8)
    }
  }

  /// Encodes 16-bit grey samples, rows from the top: label maps.
  ///
  /// - Precondition: `samples.count == width * height`, and the picture is not empty.
  public static func encode(_ samples: [UInt16], width: Int, height: Int) -> [UInt8] {
    check(samples.count, width, height, 1)
    return samples.withUnsafeBytes {
      encode($0, width: width, height: height, channels: 1, bits: 16)
    }
  }

  private static func check(_ count: Int, _ width: Int, _ height: Int, _ channels: Int) {
    precondition(
      width > 0 && height > 0 && count == width * height * channels,
      "PNG: \(count) samples for \(width)×\(height)×\(channels)")
  }

  private static func encode(
    _ samples: UnsafeRawBufferPointer, width: Int, height: Int, channels: Int, bits: Int
  ) -> [UInt8] {
    taken(codec_write_png(samples.baseAddress, width, height, Int32(channels), Int32(bits)))
  }
}

extension Image {
  /// The picture as a PNG file.
  public func encodedPNG() -> [UInt8] {
    PNG.encode(pixels, width: width, height: height, kind: .rgb)
  }

  /// The picture as a baseline JPEG file with 4:2:0 chroma.
  ///
  /// - Parameter quality: 1…100 on the Independent JPEG Group's scale.
  /// - Precondition: neither side is 0 or above `Image.largestSide`.
  public func encodedJPEG(quality: Int = 90) -> [UInt8] {
    precondition(
      (1...Image.largestSide).contains(width) && (1...Image.largestSide).contains(height),
      "encodedJPEG: \(width)×\(height)")
    return pixels.withUnsafeBufferPointer {
      taken(codec_write_jpeg($0.baseAddress, width, height, Int32(min(max(quality, 1), 100))))
    }
  }
}

/// The encoder's bytes, its own memory given back.
private func taken(_ output: codec_output) -> [UInt8] {
  guard let bytes = output.bytes else { fatalError("out of memory while encoding a picture") }
  defer { codec_free(output) }
  return Array(UnsafeBufferPointer(start: bytes, count: output.count))
}
