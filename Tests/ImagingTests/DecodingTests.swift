import Imaging
import Testing

struct DecodingTests {
  @Test(arguments: Golden.shared.files)
  func bytesAreOpenCVs(_ file: Golden.File) throws {
    let image = try Image(decoding: file.bytes)
    #expect(image.width == file.width && image.height == file.height)
    #expect(crc32(image.pixels) == file.crc)
  }

  @Test func contentDecidesAndNotTheName() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("picture.jpg")
    try AtomicFile.write(Image.pattern(5, 4).encodedPNG(), to: path)
    #expect(try Image(contentsOf: path) == .pattern(5, 4))
    try AtomicFile.write("not a picture", to: path)
    #expect(throws: ImageError.unknownFormat(source: path, beginning: Array("not a pi".utf8))) {
      try Image(contentsOf: path)
    }
  }

  @Test func filesThatCannotBeRead() throws {
    let folder = try TemporaryFolder()
    #expect(throws: ImageError.missing(path: folder.path("none.jpg"))) {
      try Image(contentsOf: folder.path("none.jpg"))
    }
    #expect(
      throws: ImageError.unreadable(path: folder.path(""), reason: "it is a directory")
    ) { try Image(contentsOf: folder.path("")) }
    #expect(throws: ImageError.unknownFormat(source: "image", beginning: [])) {
      try Image(decoding: [])
    }
  }

  @Test(arguments: Orientation.allCases)
  func orientationsUndoThemselves(_ orientation: Orientation) {
    let image = Image.pattern(41, 70)
    let inverse: Orientation =
      switch orientation {
      case .turnClockwise: .turnCounterclockwise
      case .turnCounterclockwise: .turnClockwise
      default: orientation
      }
    #expect(image.oriented(orientation).oriented(inverse) == image)
    #expect(image.oriented(orientation).width == (orientation.exchangesSides ? 70 : 41))
  }

  @Test func extremeSizes() throws {
    for (width, height) in [(20_000, 2), (2, 20_000), (1, 1)] {
      let image = Image.pattern(width, height)
      #expect(try Image(decoding: image.encodedPNG()) == image)
      let lossy = try Image(decoding: image.encodedJPEG())
      #expect(lossy.width == width && lossy.height == height)
    }
  }
}
