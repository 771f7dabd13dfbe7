import Checkpoints
import Testing

@Suite struct SniffingTests {
  /// Other writers than ours pad headers to 8 bytes: the length's first byte may be any multiple of 8,
  /// 0x80 too, with which old PyTorch files begin.
  @Test(arguments: Array(stride(from: 56, through: 0x280, by: 8)))
  func aHeaderMayHaveAnyLength(length: Int) throws {
    var header = Array(#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#.utf8)
    while header.count < length { header.append(UInt8(ascii: " ")) }
    let file = TemporaryPath()
    try file.write(
      withUnsafeBytes(of: UInt64(length).littleEndian, Array.init) + header + [0, 0, 0, 0])
    #expect(try Checkpoint(path: file.path).format == .safetensors)
  }
}
