import Imaging
import TestSupport
import Testing

/// Foreign bytes end in a picture or in one line, whatever they are.
struct MalformedTests {
  @Test(arguments: ["jpeg 4:2:0", "jpeg progressive", "jpeg CMYK"])
  func everyTruncationOfAJPEGIsSeen(_ name: String) throws {
    let whole = try Golden.file(name)
    // The last two bytes only say that the picture ends; progressive files need them, since another
    // scan might have followed.
    for count in 3..<whole.count - 2 {
      #expect(throws: ImageError.truncated(source: "image", format: .jpeg), "\(count) bytes") {
        try Image(decoding: Array(whole.prefix(count)))
      }
    }
  }

  @Test func aJPEGWithoutItsEndMarkerIsWhole() throws {
    let whole = try Golden.file("jpeg 4:2:0")
    #expect(try Image(decoding: whole.dropLast(2)) == Image(decoding: whole))
  }

  @Test(arguments: ["png kind 2 depth 8 ", "png kind 3 depth 4 Adam7"])
  func everyTruncationOfAPNGIsSeen(_ name: String) throws {
    let whole = try Golden.file(name)
    for count in 8..<whole.count {
      #expect(throws: ImageError.truncated(source: "image", format: .png), "\(count) bytes") {
        try Image(decoding: Array(whole.prefix(count)))
      }
    }
  }

  @Test func headersThatLieAboutTheSize() throws {
    var jpeg = try Golden.file("jpeg 4:2:0")
    let frame = try #require(jpeg.indices.first { jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xC0 })
    jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0x3F, 0xFF, 0x3F, 0xFF])
    #expect(throws: ImageError.truncated(source: "image", format: .jpeg)) {
      try Image(decoding: jpeg)
    }
    jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0xFF, 0x00, 0xFF, 0x00])
    #expect(throws: ImageError.tooLarge(source: "image", width: 65_280, height: 65_280)) {
      try Image(decoding: jpeg)
    }

    var png = try Golden.file("png kind 2 depth 8 ")
    png.replaceSubrange(16..<24, with: [0, 0, 0x3F, 0xFF, 0, 0, 0x3F, 0xFF])
    repairChecksums(of: &png)
    #expect(throws: ImageError.truncated(source: "image", format: .png)) {
      try Image(decoding: png)
    }
    png.replaceSubrange(16..<24, with: [0, 1, 0, 0, 0, 0, 0, 1])
    repairChecksums(of: &png)
    #expect(throws: ImageError.tooLarge(source: "image", width: 65_536, height: 1)) {
      try Image(decoding: png)
    }
  }

  @Test func damageIsNamed() throws {
    var png = try Golden.file("png kind 2 depth 8 ")
    png[png.count - 13] ^= 1  // the last byte before IEND
    #expect(throws: ImageError.damaged(source: "x.png", format: .png, reason: "IDAT: CRC error")) {
      try Image(decoding: png, named: "x.png")
    }
  }

  @Test(arguments: 0..<8)
  func mutationsNeitherCrashNorHang(_ seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    let files = Golden.shared.files.map(\.bytes)
    for _ in 0..<60 {
      var bytes = files[Int.random(in: 0..<files.count, using: &random)]
      for _ in 0..<Int.random(in: 1...5, using: &random) where !bytes.isEmpty {
        let at = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: bytes[at] = .random(in: 0...255, using: &random)
        case 2: bytes[at] = Bool.random(using: &random) ? 0xFF : 0
        case 3: bytes.remove(at: at)
        default: bytes.insert(.random(in: 0...255, using: &random), at: at)
        }
      }
      if Bool.random(using: &random) { repairChecksums(of: &bytes) }
      do {
        let image = try Image(decoding: bytes)
        #expect(image.pixels.count == image.width * image.height * 3)
      } catch {
        #expect(!error.description.contains("\n"), "seed \(seed)")
      }
    }
  }
}

/// Makes a mutated PNG's checksums right again, so that the decoder looks further.
private func repairChecksums(of png: inout [UInt8]) {
  guard png.starts(with: [0x89, 0x50]) else { return }
  var at = 8
  while at + 12 <= png.count {
    let length = png[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
    guard length <= png.count - at - 12 else { return }
    let checksum = crc32(png[at + 4..<at + 8 + length])
    for byte in 0..<4 {
      png[at + 8 + length + byte] = UInt8(truncatingIfNeeded: checksum >> UInt32(24 - 8 * byte))
    }
    at += 12 + length
  }
}
