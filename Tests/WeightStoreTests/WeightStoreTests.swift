import Checkpoints
import Foundation
import Testing
import WeightStore

@Suite struct WeightStoreTests {
  let folder = TemporaryFolder()

  @Test func theProgramKnowsTheListOfTheRepository() throws {
    let list = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Weights/manifest.json")
    let manifest = try JSONDecoder().decode(WeightManifest.self, from: Data(contentsOf: list))
    #expect(manifest.weights == WeightManifest.published.weights)
    #expect(WeightManifest.published["fastsam-S"]?.byteCount == 23_851_578)
    for entry in manifest.weights {
      #expect(entry.address.hasPrefix("https://"))
      #expect(entry.sha256.map { $0.count == 64 && $0 == $0.lowercased() } ?? true)
      #expect(!entry.licence.isEmpty)
    }
  }

  @Test func nameOrPathBecomesAFileOrGoodAdvice() throws {
    let store = WeightStore(folder: folder.path)
    let file = goldenPath("model-half.pt")
    #expect(try store.resolve(file) == file)
    #expect(throws: WeightStoreError.notDownloaded(name: "FastSAM-s")) {
      try store.resolve("fastsam-s")
    }
    #expect(
      WeightStoreError.notDownloaded(name: "FastSAM-s").description.hasSuffix(
        "fastsam weights get FastSAM-s"))
    #expect(throws: WeightStoreError.self) { try store.resolve("nothing.pt") }
    try Data([0]).write(to: URL(fileURLWithPath: folder.path + "/FastSAM-s.safetensors"))
    #expect(try store.resolve("FastSAM-s") == folder.path + "/FastSAM-s.safetensors")
  }

  @Test func cacheFolderFollowsTheStandard() {
    let saved = ProcessInfo.processInfo.environment["XDG_CACHE_HOME"]
    defer {
      if let saved { setenv("XDG_CACHE_HOME", saved, 1) } else { unsetenv("XDG_CACHE_HOME") }
    }
    setenv("XDG_CACHE_HOME", "/somewhere", 1)
    #expect(WeightStore.defaultFolder() == "/somewhere/fastsam")
    setenv("XDG_CACHE_HOME", "relative", 1)
    #expect(WeightStore.defaultFolder().hasSuffix("/.cache/fastsam"))
  }

  @Test func importKeepsTheFingerprint() throws {
    let source = goldenPath("model-half.pt")
    let target = folder.path + "/x.safetensors"
    try WeightStore().importWeights(from: source, to: target)
    let before = try WeightVerification(Checkpoint(path: source))
    let after = try WeightVerification(Checkpoint(path: target))
    #expect(after.fingerprint == before.fingerprint)
    #expect(after.recordedFingerprint == after.fingerprint && after.isSound)
    #expect(before.recordedFingerprint == nil && before.isSound)
    #expect(after.sha256 != before.sha256)
  }

  @Test func halvesAreSmallerAndSound() throws {
    let target = folder.path + "/x.safetensors"
    try WeightStore().importWeights(from: goldenPath("ema-only.pt"), to: target, half: true)
    let report = try WeightReport(Checkpoint(path: target))
    #expect(report.precision.map(\.type) == [.float16, .int64])
    #expect(try WeightVerification(Checkpoint(path: target)).isSound)
  }

  @Test func damageOfImportedWeightsIsFound() throws {
    let target = folder.path + "/x.safetensors"
    try WeightStore().importWeights(from: goldenPath("model-half.pt"), to: target)
    var bytes = try Data(contentsOf: URL(fileURLWithPath: target))
    bytes[bytes.count - 1] ^= 1
    try bytes.write(to: URL(fileURLWithPath: target))
    let verification = try WeightVerification(Checkpoint(path: target))
    #expect(!verification.isSound)
    #expect(verification.lines.contains { $0.hasPrefix("DAMAGED") })
  }

  @Test func originIsRecognised() throws {
    let source = goldenPath("model-half.pt")
    let hash = try WeightVerification(Checkpoint(path: source)).sha256
    let manifest = WeightManifest([.init(name: "tiny", address: "https://x/y", sha256: hash)])
    #expect(
      try WeightVerification(Checkpoint(path: source), manifest: manifest).published?.name == "tiny"
    )
    let target = folder.path + "/x.safetensors"
    try WeightStore().importWeights(
      from: source, to: target, remarks: ["source_sha256": hash])
    #expect(
      try WeightVerification(Checkpoint(path: target), manifest: manifest).importedFrom?.name
        == "tiny")
  }

  @Test func reportCountsWhatWasLearned() throws {
    let report = try WeightReport(Checkpoint(path: goldenPath("model-half.pt")))
    #expect(report.blocks.map(\.name) == ["model.0", "model.1"])
    #expect(report.blocks.map(\.tensors) == [6, 8])
    #expect(report.blocks.map(\.parameters) == [116, 162])
    #expect(report.parameterCount == 278)
    let summary = report.summary(after: [("file", "x")]).joined(separator: "\n")
    #expect(summary.hasPrefix("file        x\nformat      pyTorch, "))
    #expect(summary.contains("trained at  64×96 pixels"))
    #expect(summary.contains("classes     0 object, 1 naïve"))
    #expect(summary.contains("licence     none"))
    #expect(report.table.count == 3)
  }
}
