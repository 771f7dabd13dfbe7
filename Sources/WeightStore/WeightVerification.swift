import Checkpoints

/// Whether a weights file is whole, and whether it is one of the published ones.
public struct WeightVerification: Sendable {
  /// The SHA-256 of the file.
  public let sha256: String
  /// The SHA-256 of its tensors, the same for a `.pt` file and what was imported from it.
  public let fingerprint: String
  /// The fingerprint that the file itself carries, if it was imported by this program.
  public let recordedFingerprint: String?
  /// The published file with this SHA-256, if there is one.
  public let published: WeightManifest.Entry?
  /// The published file that this one was imported from, by the SHA-256 that it carries.
  public let importedFrom: WeightManifest.Entry?

  /// Reads the whole file and compares.
  ///
  /// - Throws: `notWeights` where the file is damaged.
  public init(
    _ checkpoint: Checkpoint, manifest: WeightManifest = .published
  ) throws(WeightStoreError) {
    do throws(CheckpointError) { try checkpoint.verifyChecksums() } catch {
      throw .notWeights(error)
    }
    var hash = SHA256()
    checkpoint.withFileBytes { hash.update($0) }
    let sha256 = hash.finish()
    self.sha256 = sha256
    fingerprint = WeightStore.fingerprint(of: SafetensorsWriter(checkpoint))
    recordedFingerprint = checkpoint.metadata["fingerprint"]
    published = manifest.weights.first { $0.sha256 == sha256 }
    let source = checkpoint.metadata["source_sha256"]
    importedFrom = manifest.weights.first { $0.sha256 != nil && $0.sha256 == source }
  }

  /// True unless the file contradicts what it says about itself.
  public var isSound: Bool { recordedFingerprint == nil || recordedFingerprint == fingerprint }

  /// The findings in lines.
  public var lines: [String] {
    var lines = ["sha256       \(sha256)", "fingerprint  \(fingerprint)"]
    if let recordedFingerprint {
      lines.append(
        isSound
          ? "sound        the tensors are those that were imported"
          : "DAMAGED      the tensors were imported with fingerprint \(recordedFingerprint)")
    }
    if let published {
      lines.append("published    \(published.name), byte for byte")
    } else if let importedFrom {
      lines.append("published    imported from \(importedFrom.name)")
    } else {
      lines.append("published    not a file that this program knows the hash of")
    }
    return lines
  }
}
