import CLIP
import Checkpoints
import Foundation
import Kernels
import Tensors
import Testing

@Suite struct FileTests {
  private let pool = ThreadPool(threads: 1)

  @Test(arguments: GoldenFiles.models, [SafetensorsWriter.Precision.asStored, .half])
  func anArchiveIsAModelByItself(file: String, precision: SafetensorsWriter.Precision) throws {
    let folder = try TemporaryFolder(), source = GoldenFiles.path(file)
    let archive = folder.path("clip.safetensors")
    try CLIPArchive.write(source, to: archive, precision: precision)
    let first = try CLIPModel(path: source), second = try CLIPModel(path: archive)
    #expect(first.configuration == second.configuration)
    let a = try first.encode(GoldenFiles.prompts, on: pool)
    let b = try second.encode(GoldenFiles.prompts, on: pool)
    let tolerance: Float = precision == .asStored ? 0 : 5e-3
    #expect(zip(a.elements, b.elements).allSatisfy { abs($0 - $1) <= tolerance })
    // And once more, from the archive itself.
    try CLIPArchive.write(archive, to: folder.path("again.safetensors"))
    let bytes = try Data(contentsOf: URL(fileURLWithPath: archive))
    #expect(try Data(contentsOf: URL(fileURLWithPath: folder.path("again.safetensors"))) == bytes)
  }

  @Test func mergesMayLieElsewhere() throws {
    let folder = try TemporaryFolder()
    let weights = try folder.copy("openai.pt", as: "alone.pt")
    #expect(throws: CLIPError.missingMerges(weights: weights)) { try CLIPModel(path: weights) }
    _ = try CLIPModel(path: weights, mergesPath: GoldenFiles.path("merges.txt"))
    try folder.copy("merges.txt", as: "bpe_simple_vocab_16e6.txt")
    _ = try CLIPModel(path: weights)
    #expect(throws: CLIPError.unreadable(folder.path("none"), reason: "no such file")) {
      try CLIPModel(path: weights, mergesPath: folder.path("none"))
    }
  }

  @Test func theActivationIsTheConfigurations() throws {
    let folder = try TemporaryFolder()
    let weights = try folder.copy("openai.pt", as: "open_clip_model.pt")
    try folder.copy("merges.txt", as: "merges.txt")
    #expect(try CLIPModel(path: weights).configuration.activation == .quickGELU)
    try folder.write(#"{"model_cfg": {"embed_dim": 24}}"#, as: "open_clip_config.json")
    #expect(try CLIPModel(path: weights).configuration.activation == .gelu)
    try folder.write(
      #"{"model_cfg": {"a": [1, {}], "quick_gelu": true}}"#, as: "open_clip_config.json")
    #expect(try CLIPModel(path: weights).configuration.activation == .quickGELU)
  }

  @Test(arguments: [
    ("{", "is not JSON"), (#"{"text_config": {"hidden_act": gelu"}}"#, "is not JSON"),
    (String(repeating: "[", count: 100_000), "is not JSON"), ("7", "is not JSON"),
    (
      #"{"text_config": {"hidden_act": "relu"}}"#,
      "the activation quick_gelu and relu is not known here"
    ),
  ])
  func aBrokenConfigurationIsNamed(text: String, fault: String) throws {
    let folder = try TemporaryFolder()
    let weights = try folder.copy("huggingface/model.safetensors", as: "model.safetensors")
    try folder.copy("merges.txt", as: "merges.txt")
    let path = try folder.write(text, as: "config.json")
    #expect(throws: CLIPError.badConfiguration(path, fault)) { try CLIPModel(path: weights) }
  }

  @Test func headsThatDoNotDivideTheWidthAreAnError() throws {
    let folder = try TemporaryFolder()
    let weights = try folder.copy("huggingface/model.safetensors", as: "model.safetensors")
    try folder.copy("merges.txt", as: "merges.txt")
    try folder.write(#"{"vision_config": {"num_attention_heads": 5}}"#, as: "config.json")
    #expect(
      throws: CLIPError.notCLIP(
        weights, "2 blocks under vision_model.encoder.layers, 5 heads in a width of 32")
    ) { try CLIPModel(path: weights) }
  }

  @Test func anotherNetworkIsNoCLIP() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("other.safetensors")
    var writer = SafetensorsWriter()
    writer.add(Tensor([2, 2]), name: "model.0.conv.weight")
    try writer.write(to: path)
    #expect(
      throws: CLIPError.notCLIP(path, "neither OpenAI's nor Hugging Face's names are in it")
    ) { try CLIPModel(path: path) }
    #expect(throws: CLIPError.weights(.missingFile(path: "/nowhere"))) {
      try CLIPModel(path: "/nowhere")
    }
  }

  @Test func everyTensorMustBeThereWithItsShapeAndNoOther() throws {
    let source = try Checkpoint(path: GoldenFiles.path("openai.pt"))
    let folder = try TemporaryFolder()
    try folder.copy("merges.txt", as: "merges.txt")
    func model(_ change: (inout SafetensorsWriter, WeightTensor) -> Bool) throws {
      var writer = SafetensorsWriter()
      for tensor in source.tensors where !change(&writer, tensor) { writer.add(tensor) }
      try writer.write(to: folder.path("m.safetensors"))
      _ = try CLIPModel(path: folder.path("m.safetensors"))
    }
    let path = folder.path("m.safetensors")
    try model { _, _ in false }
    #expect(throws: CLIPError.weights(.missingTensor(path: path, name: "ln_final.bias"))) {
      try model { _, tensor in tensor.name == "ln_final.bias" }
    }
    let name = "transformer.resblocks.1.attn.in_proj_weight"
    #expect(
      throws: CLIPError.weights(
        .wrongShape(path: path, name: name, expected: [192, 64], found: [191, 64]))
    ) {
      try model { writer, tensor in
        guard tensor.name == name else { return false }
        writer.add(tensor.rows(0..<191))
        return true
      }
    }
    #expect(throws: CLIPError.weights(.unreadTensors(path: path, names: ["visual.extra"]))) {
      try model { writer, tensor in
        if tensor.name == "ln_final.bias" { writer.add(Tensor([1]), name: "visual.extra") }
        return false
      }
    }
  }
}
