import Checkpoints
import Tensors
import Testing

@Suite struct WideningTests {
  /// All 65536 bit patterns, against the compiler's own conversion.
  @Test func everyHalfIsExact() throws {
    let patterns = Array(0...UInt16.max)
    let file = TemporaryPath(".safetensors")
    try file.write(
      safetensors(
        #"{"x":{"dtype":"F16","shape":[65536],"data_offsets":[0,131072]}}"#,
        patterns.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }))
    let floats = try #require(Checkpoint(path: file.path)["x"]).floats().elements
    let wrong = zip(patterns, floats).filter { bits, found in
      let expected = Float(Float16(bitPattern: bits))
      return expected.isNaN
        ? !found.isNaN || found.sign != expected.sign : found.bitPattern != expected.bitPattern
    }
    #expect(wrong.isEmpty, "first: \(wrong.first.map { "\($0)" } ?? "")")
  }
}
