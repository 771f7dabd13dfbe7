/// The picture formats that are read.
public enum ImageFormat: Sendable, Equatable {
  /// Joint Photographic Experts Group, ISO/IEC 10918-1.
  case jpeg
  /// Portable Network Graphics, ISO/IEC 15948.
  case png

  /// The format that the bytes begin like, nil where they are neither; the name of a file says
  /// nothing (the FastSAM repository itself ships a PNG called `cat.jpg`).
  public init?(sniffing bytes: UnsafeBufferPointer<UInt8>) {
    if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = .png
    } else {
      return nil
    }
  }

  var name: String {
    switch self {
    case .jpeg: "JPEG"
    case .png: "PNG"
    }
  }
}
