import Imaging
import Testing

struct EncodingTests {
  @Test func pngKeepsEveryByte() throws {
    let image = Image.pattern(37, 23)
    #expect(try Image(decoding: image.encodedPNG()) == image)
    #expect(image.encodedPNG() == image.encodedPNG())
  }

  @Test func pngKinds() throws {
    // Colour type and depth stand in bytes 24 and 25.
    let grey = PNG.encode([0, 128, 255, 7], width: 2, height: 2, kind: .grey)
    #expect(grey[24...25] == [8, 0])
    #expect(
      try Image(decoding: grey).pixels == [0, 0, 0, 128, 128, 128, 255, 255, 255, 7, 7, 7])

    let transparent = PNG.encode([1, 2, 3, 0, 4, 5, 6, 255], width: 2, height: 1, kind: .rgba)
    #expect(transparent[24...25] == [8, 6])
    #expect(try Image(decoding: transparent).pixels == [1, 2, 3, 4, 5, 6])

    let labels = PNG.encode([0x1234, 0xFF01] as [UInt16], width: 1, height: 2)
    #expect(labels[24...25] == [16, 0])
    #expect(try Image(decoding: labels).pixels == [0x12, 0x12, 0x12, 0xFF, 0xFF, 0xFF])
  }

  @Test func jpegIsCloseAndRepeatable() throws {
    var image = Image(width: 40, height: 30, pixels: [UInt8](repeating: 90, count: 3600))
    image.fill(Colour(red: 200, green: 180, blue: 60), columns: 8..<32, rows: 8..<24)
    let encoded = image.encodedJPEG(quality: 95)
    #expect(encoded == image.encodedJPEG(quality: 95))
    #expect(encoded.count > image.encodedJPEG(quality: 20).count)
    let decoded = try Image(decoding: encoded)
    let worst = zip(decoded.pixels, image.pixels).map { abs(Int($0) - Int($1)) }.max() ?? 0
    #expect(worst < 70)
    let sum = zip(decoded.pixels, image.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
    #expect(sum < 3 * image.pixels.count)
  }
}
