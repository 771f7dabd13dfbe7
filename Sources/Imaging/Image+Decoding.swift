// Goals, in order: the same bytes as OpenCV's `imread`; bad input ends in one line, never in a crash
// or a giant allocation; decoded straight into the final buffer.
import CImageCodecs

extension Image {
  /// The longest side that is read, in pixels (JPEG's own limit).
  public static let largestSide = 65_535
  /// The most pixels that are read: 2²⁸, three quarters of a gigabyte of RGB.
  public static let largestPixelCount = 1 << 28

  /// Reads a JPEG or PNG file, upright: its EXIF orientation has been applied.
  ///
  /// - Throws: `ImageError`, naming the path.
  public init(contentsOf path: String) throws(ImageError) {
    let bytes = try FileContents.bytes(of: path)
    try self.init(decoding: bytes, named: path)
  }

  /// Decodes a JPEG or PNG, upright: its EXIF orientation has been applied.
  ///
  /// The bytes are those of OpenCV 5's `imread` with `IMREAD_COLOR`: grey is repeated, palettes are
  /// looked up, of 16 bits the high byte stays, transparency is dropped, gamma and colour profiles
  /// are ignored, CMYK is taken for inverted. Unlike OpenCV, a picture of which a part is missing or
  /// undecodable is an error and not a picture with invented pixels.
  ///
  /// - Parameter source: what errors call the bytes.
  /// - Throws: `ImageError`, naming `source`.
  public init(decoding bytes: [UInt8], named source: String = "image") throws(ImageError) {
    self = try bytes.withUnsafeBufferPointer { bytes throws(ImageError) in
      try Image.decode(bytes, named: source)
    }
  }

  private static func decode(
    _ bytes: UnsafeBufferPointer<UInt8>, named source: String
  ) throws(ImageError) -> Image {
    guard let format = ImageFormat(sniffing: bytes) else {
      throw .unknownFormat(source: source, beginning: Array(bytes.prefix(8)))
    }
    var header = codec_header()
    var status = codec_ok
    var fault = codec_fault()
    func failure() -> ImageError {
      status == codec_truncated
        ? .truncated(source: source, format: format)
        : .damaged(source: source, format: format, reason: text(of: fault))
    }

    let open = format == .jpeg ? codec_open_jpeg : codec_open_png
    guard let reader = open(bytes.baseAddress, bytes.count, &header, &status, &fault) else {
      throw failure()
    }
    defer { codec_close(reader) }

    let (width, height) = (Int(header.width), Int(header.height))
    guard width <= largestSide, height <= largestSide, width * height <= largestPixelCount else {
      throw .tooLarge(source: source, width: width, height: height)
    }
    // Asked before memory is: a few bytes may claim any size.
    guard header.least_bytes <= bytes.count else {
      throw .truncated(source: source, format: format)
    }

    let count = width * height * 3
    let pixels = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      status = codec_read(reader, buffer.baseAddress, &fault)
      initialized = status == codec_ok ? count : 0
    }
    guard status == codec_ok else { throw failure() }
    let image = Image(width: width, height: height, pixels: pixels)
    return image.oriented(Orientation(inFile: bytes, format: format))
  }

  private static func text(of fault: codec_fault) -> String {
    withUnsafeBytes(of: fault.text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
