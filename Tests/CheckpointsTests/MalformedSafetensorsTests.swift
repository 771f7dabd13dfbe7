import Checkpoints
import Testing

/// One file for each way in which a header can lie.
@Suite struct MalformedSafetensorsTests {
  static let four = [UInt8](repeating: 0, count: 4)

  @Test(
    arguments: [
      (#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}"#, "expected }"),
      (#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}x"#, "something behind"),
      (#"{"x":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, "expected a number"),
      (#"{"x":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}"#, "expected ]"),
      (#"{"x":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,4]}}"#, "absurd"),
      (#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"y":1}}"#, "unknown field"),
      (#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#, "two data_offsets"),
      (#"{"x":{"dtype":"F32","data_offsets":[0,4]}}"#, "needs dtype, shape"),
      (#"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, "needs 8 bytes, has 4"),
      (#"{"x":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}}"#, "absurd"),
      (#"{"x":{"dtype":"F32","shape":[0,4294967296,4294967296],"data_offsets":[0,0]}}"#, "absurd"),
      (#"{"x":{"dtype":"U8","shape":[1],"data_offsets":[3,4]}}"#, "gap or overlap"),
      (#"{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, "3 bytes belong to no tensor"),
      (
        #"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"y":{"dtype":"U8","shape":[1],"data_offsets":[3,4]}}"#,
        "gap or overlap"
      ),
      (#"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, "truncated"),
      (#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, "truncated"),
      (
        #"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
        "appears twice"
      ),
      (
        #"{"x":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}}"#,
        "the key shape appears twice"
      ),
      (#"{"x":{"dtype":"F4","shape":[1],"data_offsets":[0,4]}}"#, "type F4 are not read"),
      (#"{"x\q":{}}"#, "unknown escape"),
      (#"{"x\u12g4":{}}"#, "unknown escape"),
      (#"{"x"#, "string without an end"),
      (#"{}"#, "no tensors"),
      (#"{"__metadata__":{"a":1}}"#, "expected \""),
    ])
  func isRefusedInOneLine(header: String, reason: String) throws {
    let error = try #require(try fault(of: safetensors(header, Self.four)))
    #expect(error.description.contains(reason), "\(error)")
    #expect(!error.description.contains("\n"))
  }

  @Test(arguments: [(UInt64.max, "beyond the limit"), (100_000, "truncated")])
  func headerLengthIsCheckedBeforeUse(count: UInt64, reason: String) throws {
    let error = try #require(try fault(of: safetensors("{}", headerCount: count)))
    #expect(error.description.contains(reason))
  }

  @Test func remarksThatMakeNoSenseStayRemarks() throws {
    let file = TemporaryPath()
    try file.write(
      safetensors(
        #"{"__metadata__":{"imgsz":"[0,-1]","names":"{]"},"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
        Self.four))
    let checkpoint = try Checkpoint(path: file.path)
    #expect(checkpoint.imageSize == nil)
    #expect(checkpoint.classNames.isEmpty)
    #expect(checkpoint.metadata["names"] == "{]")
  }
}
