import Foundation
import Imaging
import Testing

/// What the reference systems make of small pictures (`Tests/Golden/imaging/generate.py`).
struct Golden: Decodable {
  struct File: Decodable, CustomTestStringConvertible {
    let name: String, content: Data, width: Int, height: Int, crc: UInt32
    var bytes: [UInt8] { [UInt8](content) }
    var testDescription: String { name }
  }

  struct Fit: Decodable, CustomTestStringConvertible {
    let picture: [Int], target: Int, minimal: Bool
    let content: [Int], pads: [Int], crc: UInt32
    let boxes: [UInt32], ultralytics: [UInt32], official: [UInt32]
    let ultralyticsCrop: [Int], officialCrop: [Int]
    var testDescription: String { "\(picture) into \(target)\(minimal ? "" : " in full")" }

    var letterbox: Letterbox {
      Letterbox(
        imageWidth: picture[0], imageHeight: picture[1], targetHeight: target, targetWidth: target,
        padding: minimal ? .minimal(stride: 32) : .full)
    }
  }

  let files: [File]
  /// Width, height, new width, new height, CRC of the result.
  let bilinear: [[Int]], bicubic: [[Int]]
  /// Width, height, side, CRC.
  let clip: [[Int]]
  let letterboxes: [Fit]

  static let shared: Golden = {
    let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Golden/imaging/golden.json")
    do {
      return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: path))
    } catch {
      fatalError("\(path.path()): \(error)")
    }
  }()

  static func file(_ name: String) throws -> [UInt8] {
    try #require(shared.files.first { $0.name == name }).bytes
  }
}

extension Image {
  /// The closed form that the golden pictures to resize come from.
  static func pattern(_ width: Int, _ height: Int) -> Image {
    var pixels: [UInt8] = []
    pixels.reserveCapacity(width * height * 3)
    for y in 0..<height {
      for x in 0..<width {
        for channel in 0..<3 {
          let value = ((x * 37) ^ (y * 101)) + channel * 67 + ((x * y) >> 3)
          pixels.append(UInt8(truncatingIfNeeded: value))
        }
      }
    }
    return Image(width: width, height: height, pixels: pixels)
  }
}

extension Image: CustomTestStringConvertible {
  /// Short, so that a failure does not print every pixel.
  public var testDescription: String { "\(width)×\(height), CRC \(crc32(pixels))" }
}

private let crcTable: [UInt32] = (0..<256).map { byte in
  (0..<8).reduce(UInt32(byte)) { value, _ in
    value & 1 != 0 ? value >> 1 ^ 0xEDB8_8320 : value >> 1
  }
}

/// CRC-32 as zlib and PNG compute it.
func crc32(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
  crcTable.withUnsafeBufferPointer { table in
    var value = UInt32.max
    for byte in bytes { value = value >> 8 ^ table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] }
    return ~value
  }
}

func crc32(_ bytes: some Collection<UInt8>) -> UInt32 { Array(bytes).withUnsafeBytes(crc32) }
