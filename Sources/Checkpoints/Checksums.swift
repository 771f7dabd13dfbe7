extension Checkpoint {
  /// Throws where a part of the file is not what was written.
  ///
  /// A `.pt` file notes a CRC-32 of each entry; loading does not look at them, because that would
  /// cost more than the loading. A `.safetensors` file notes none.
  ///
  /// - Throws: `wrongChecksum`.
  public func verifyChecksums() throws(CheckpointError) {
    for (entry, range, expected) in contents.checksums {
      let found = contents.file.withBytes(range) { crc32($0) }
      guard found == expected else { throw .wrongChecksum(path: path, entry: entry) }
    }
  }
}

/// The CRC-32 of zip files: reflected polynomial 0xedb88320, all bits inverted before and after.
///
/// - SeeAlso: PKWARE APPNOTE 6.3.10, §4.4.7.
private func crc32(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
  var value = UInt32.max
  crcTable.withUnsafeBufferPointer { table in
    for byte in bytes {
      value = table[Int((value ^ UInt32(byte)) & 0xff)] ^ value >> 8
    }
  }
  return ~value
}

/// What each byte does to the remainder.
private let crcTable: [UInt32] = (0..<256).map { byte in
  (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? 0xedb8_8320 ^ value >> 1 : value >> 1
  }
}
