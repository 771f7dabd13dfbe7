// EXIF 2.32, §4.5 and §4.6; TIFF 6.0, §2. Metadata never makes a picture unreadable: what cannot be
// understood means upright.

extension Orientation {
  /// What the EXIF block of a JPEG or PNG says; upright where it says nothing.
  init(inFile bytes: UnsafeBufferPointer<UInt8>, format: ImageFormat) {
    let block = format == .jpeg ? Self.blockOfJPEG(bytes) : Self.blockOfPNG(bytes)
    self = block.flatMap(Self.init(inTIFF:)) ?? .upright
  }

  /// The TIFF structure in the first APP1 segment that holds one.
  private static func blockOfJPEG(_ bytes: UnsafeBufferPointer<UInt8>) -> Slice<
    UnsafeBufferPointer<UInt8>
  >? {
    let signature: [UInt8] = [0x45, 0x78, 0x69, 0x66, 0, 0]  // "Exif", 0, 0
    var at = 2
    while at + 4 <= bytes.count, bytes[at] == 0xFF {
      let marker = bytes[at + 1]
      if marker == 0xFF {  // a fill byte
        at += 1
        continue
      }
      if marker == 0xDA || marker == 0xD9 { return nil }  // the scan, or the end
      let length = Int(bytes[at + 2]) << 8 | Int(bytes[at + 3])
      guard length >= 2, at + 2 + length <= bytes.count else { return nil }
      let payload = bytes[at + 4..<at + 2 + length]
      if marker == 0xE1, payload.starts(with: signature) { return payload.dropFirst(6) }
      at += 2 + length
    }
    return nil
  }

  /// The content of the eXIf chunk.
  private static func blockOfPNG(_ bytes: UnsafeBufferPointer<UInt8>) -> Slice<
    UnsafeBufferPointer<UInt8>
  >? {
    let kind: [UInt8] = [0x65, 0x58, 0x49, 0x66]  // "eXIf"
    var at = 8
    while at + 12 <= bytes.count {
      let length = bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
      guard length <= bytes.count - at - 12 else { return nil }
      if bytes[at + 4..<at + 8].elementsEqual(kind) { return bytes[at + 8..<at + 8 + length] }
      at += 12 + length
    }
    return nil
  }

  /// Tag 0x0112 of the first directory of a TIFF structure.
  private init?(inTIFF block: Slice<UnsafeBufferPointer<UInt8>>) {
    let tiff = UnsafeBufferPointer<UInt8>(rebasing: block)
    guard tiff.count >= 8 else { return nil }
    let littleEndian = tiff[0] == 0x49 && tiff[1] == 0x49
    guard littleEndian || (tiff[0] == 0x4D && tiff[1] == 0x4D) else { return nil }

    func integer(at offset: Int, bytes count: Int) -> Int? {
      guard offset >= 0, offset <= tiff.count - count else { return nil }
      let field = tiff[offset..<offset + count]
      return littleEndian
        ? field.reversed().reduce(0) { $0 << 8 | Int($1) } : field.reduce(0) { $0 << 8 | Int($1) }
    }
    guard integer(at: 2, bytes: 2) == 42, let directory = integer(at: 4, bytes: 4),
      let entries = integer(at: directory, bytes: 2)
    else { return nil }
    for entry in 0..<entries {
      let at = directory + 2 + entry * 12
      guard let tag = integer(at: at, bytes: 2) else { return nil }
      if tag == 0x0112 {
        self.init(rawValue: integer(at: at + 8, bytes: 2) ?? 0)
        return
      }
    }
    return nil
  }
}
