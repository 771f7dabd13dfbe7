import Checkpoints
import Tensors
import Testing

@Suite struct CheckpointTests {
  static let moduleNames = [
    "model.0.conv.weight", "model.0.bn.weight", "model.0.bn.bias", "model.0.bn.running_mean",
    "model.0.bn.running_var", "model.0.bn.num_batches_tracked", "model.1.m.0.conv.weight",
    "model.1.m.0.bn.weight", "model.1.m.0.bn.bias", "model.1.m.0.bn.running_mean",
    "model.1.m.0.bn.running_var", "model.1.m.0.bn.num_batches_tracked", "model.1.m.1.weight",
    "model.1.m.1.bias",
  ]

  @Test(arguments: [("model-half.pt", ElementType.float16), ("ema-only.pt", .float32)])
  func wholeModelGivesTheNamesAndNumbersOfItsStateDict(file: String, type: ElementType) throws {
    let checkpoint = try Checkpoint(path: GoldenFiles.path(file))
    #expect(checkpoint.format == .pyTorch)
    // The buffer `anchors` is not persistent, so no state dict has it.
    #expect(checkpoint.names == Self.moduleNames)
    for (seed, tensor) in checkpoint.tensors.enumerated() {
      if tensor.name.hasSuffix("num_batches_tracked") {
        #expect(tensor.integers() == [seed])
      } else {
        #expect(tensor.type == type)
        #expect(tensor.floats() == GoldenFiles.ramp(tensor.shape, seed: seed), "\(tensor.name)")
      }
    }
  }

  @Test func modelSaysWhatItWasTrainedFor() throws {
    let half = try Checkpoint(path: GoldenFiles.path("model-half.pt"))
    #expect(half.imageSize == ImageSize(height: 64, width: 96))  // train_args before model.args
    #expect(half.classNames == [0: "object", 1: "naïve"])
    #expect(
      half.metadata == ["license": "none", "version": "1", "date": "2026", "task": "segment"])
    let ema = try Checkpoint(path: GoldenFiles.path("ema-only.pt"))
    #expect(ema.imageSize == ImageSize(height: 320, width: 320))
    #expect(ema.classNames == [0: "object", 1: "naïve"])
  }

  @Test(arguments: ["state-dict.pt", "library.safetensors"])
  func everyTypeAndLayoutGivesItsNumbers(file: String) throws {
    let checkpoint = try Checkpoint(path: GoldenFiles.path(file))
    func floats(_ name: String) throws -> Tensor { try #require(checkpoint[name]).floats() }
    for (seed, name) in ["f64", "f32", "f16", "bf16"].enumerated() {
      #expect(try floats(name) == GoldenFiles.ramp([2, 3], seed: seed), "\(name)")
      #expect(checkpoint[name]?.integers() == nil)
    }
    for name in ["i64", "i32", "i16", "i8"] {
      #expect(checkpoint[name]?.integers() == [-3, -2, -1, 0, 1, 2])
      #expect(try floats(name) == Tensor([6], [-3, -2, -1, 0, 1, 2]))
    }
    #expect(checkpoint["u8"]?.integers() == [250, 251, 252, 253, 254, 255])
    #expect(checkpoint["bool"]?.integers() == [1, 0, 1])
    #expect(try floats("scalar") == Tensor([], [1.5]))
    #expect(try floats("empty") == Tensor([0, 3], []))
    let base = GoldenFiles.ramp([24], seed: 3)
    #expect(try floats("view.whole") == base)
    #expect(try floats("view.tail") == Tensor([4], (20..<24).map { base[$0] }))
    #expect(try floats("view.column") == Tensor([4], (0..<4).map { base[6 * $0 + 2] }))
    let transposed = (0..<6).flatMap { column in (0..<4).map { base[6 * $0 + column] } }
    #expect(try floats("view.transposed") == Tensor([6, 4], transposed))
    #expect(try floats("channels_last") == GoldenFiles.ramp([2, 3, 2, 2], seed: 5))
  }

  @Test func safetensorsMetadataIsInterpreted() throws {
    let checkpoint = try Checkpoint(path: GoldenFiles.path("library.safetensors"))
    #expect(checkpoint.format == .safetensors)
    #expect(checkpoint.imageSize == ImageSize(height: 64, width: 96))
    #expect(checkpoint.classNames == [0: "ob\"ject", 1: "naïve 😀"])
    #expect(checkpoint.metadata["format"] == "pt")
  }

  @Test func torchScriptAttributesAreTheNames() throws {
    let checkpoint = try Checkpoint(path: GoldenFiles.path("script.pt"))
    #expect(checkpoint.format == .torchScript)
    #expect(
      Set(checkpoint.names) == [
        "logit_scale", "context_length", "visual.0.weight", "visual.0.bias", "visual.2.weight",
        "visual.2.bias",
      ])
    // Seeds follow the state dict: logit_scale, context_length, visual.0.weight, …
    let weight = try #require(checkpoint["visual.0.weight"])
    #expect(weight.type == .float16)
    #expect(weight.floats() == GoldenFiles.ramp([2, 3], seed: 2))
    #expect(checkpoint["context_length"]?.integers() == [1])
  }

  @Test(arguments: ["nested.pt", "zip64.pt"])
  func nestedDictionariesAreWalkedByKey(file: String) throws {
    let checkpoint = try Checkpoint(path: GoldenFiles.path(file))
    #expect(checkpoint.names == ["a.b"])
    #expect(checkpoint["a.b"]?.floats() == GoldenFiles.ramp([2], seed: 0))
  }

  @Test func bytesOfTheProgramAreReadLikeAFile() throws {
    let bytes = try GoldenFiles.bytes("model-half.pt")
    // Leaked on purpose: what is part of a program is never freed.
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count + 1, alignment: 1)
    let odd = UnsafeMutableRawBufferPointer(rebasing: memory[1...])
    odd.copyBytes(from: bytes)
    let checkpoint = try Checkpoint(staticBytes: UnsafeRawBufferPointer(odd), name: "demo")
    #expect(checkpoint.path == "demo")
    #expect(checkpoint["model.0.conv.weight"]?.floats() == GoldenFiles.ramp([4, 3, 3, 3], seed: 0))
    #expect(throws: CheckpointError.unreadable(path: "demo", reason: "it is empty")) {
      try Checkpoint(staticBytes: UnsafeRawBufferPointer(start: nil, count: 0), name: "demo")
    }
  }
}
