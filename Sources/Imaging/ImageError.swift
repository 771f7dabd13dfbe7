/// Why there is no picture.
///
/// `source` is the file's path, or what the caller called the bytes.
public enum ImageError: Error, Equatable, Sendable {
  /// There is no such file.
  case missing(path: String)
  /// The file exists and cannot be read: no permission, a directory, a failing disk.
  case unreadable(path: String, reason: String)
  /// The content is neither JPEG nor PNG, whatever the name says; `beginning` is its first bytes, at
  /// most eight.
  case unknownFormat(source: String, beginning: [UInt8])
  /// More than `Image.largestSide` on a side or `Image.largestPixelCount` altogether.
  case tooLarge(source: String, width: Int, height: Int)
  /// The bytes end before the picture does.
  case truncated(source: String, format: ImageFormat)
  /// The bytes contradict their format, or use a part of it that is not read; `reason` is the
  /// decoder's own line.
  case damaged(source: String, format: ImageFormat, reason: String)
}

extension ImageError: CustomStringConvertible {
  /// One line that names the source and the fault.
  public var description: String {
    switch self {
    case .missing(let path):
      return "\(path): no such file"
    case .unreadable(let path, let reason):
      return "\(path): cannot be read: \(reason)"
    case .unknownFormat(let source, let beginning):
      guard !beginning.isEmpty else { return "\(source): an empty file, not a picture" }
      let bytes = beginning.map { byte in
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }
      return "\(source): neither JPEG nor PNG (begins with \(bytes.joined(separator: " ")))"
    case .tooLarge(let source, let width, let height):
      return "\(source): \(width)×\(height) is too large: at most \(Image.largestSide) on a side"
        + " and \(Image.largestPixelCount) pixels"
    case .truncated(let source, let format):
      return "\(source): truncated \(format.name): the file ends before the picture does"
    case .damaged(let source, let format, let reason):
      return "\(source): damaged \(format.name): \(reason)"
    }
  }
}
