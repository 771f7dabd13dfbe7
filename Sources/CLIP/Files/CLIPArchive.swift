import Checkpoints

/// One safetensors file with everything that CLIP needs: the tensors under the names that they had,
/// the merges of the tokenizer, and what a configuration said.
///
/// The merges are the bytes of their text in the tensor `clip.merges`; `clip.activation`,
/// `clip.image_heads` and `clip.text_heads` stand in the metadata.
public enum CLIPArchive {
  /// The tensor that holds the merges.
  static let mergesName = "clip.merges"

  /// Writes the model in the file `source`, with the merges and configuration beside it, as one
  /// file.
  ///
  /// `source` is read as `CLIPModel` reads it: OpenAI's archive, Hugging Face's or open_clip's
  /// weights, or such a file itself. Tensors keep their precision unless `precision` says
  /// otherwise.
  ///
  /// - Parameter mergesPath: the merges, where they do not lie beside the weights.
  /// - Throws: whatever `CLIPModel.init` throws, and `CLIPError.weights` where `target` cannot be
  ///   written. Nothing is left half-written.
  public static func write(
    _ source: String, mergesPath: String? = nil, to target: String,
    precision: SafetensorsWriter.Precision = .asStored
  ) throws(CLIPError) {
    do {
      let parts = try CLIPParts(path: source, mergesPath: mergesPath)
      var writer = SafetensorsWriter()
      for tensor in parts.checkpoint.tensors where tensor.name != mergesName {
        writer.add(tensor, precision: precision)
      }
      // Only as many as the vocabulary has room for: OpenAI's file is three times as long.
      let lines = parts.mergesText.split(separator: "\n", omittingEmptySubsequences: false)
      let merges = lines.prefix(parts.configuration.vocabulary - 514 + 1).joined(separator: "\n")
      writer.add(bytes: Array(merges.utf8) + [UInt8(ascii: "\n")], name: mergesName)
      writer.metadata = metadata(of: parts.configuration)
      try writer.write(to: target)
    } catch let error as CheckpointError {
      throw .weights(error)
    } catch let error as CLIPError {
      throw error
    } catch { preconditionFailure("CLIPArchive: \(error)") }
  }

  private static func metadata(of configuration: CLIPConfiguration) -> [String: String] {
    [
      "clip.activation": configuration.activation == .gelu ? "gelu" : "quick_gelu",
      "clip.image_heads": "\(configuration.image.heads)",
      "clip.text_heads": "\(configuration.text.heads)",
    ]
  }

  /// What an archive's metadata says; nil for a file that is none.
  static func hints(_ metadata: [String: String]) -> CLIPConfiguration.Hints? {
    guard let activation = metadata["clip.activation"] else { return nil }
    return CLIPConfiguration.Hints(
      imageHeads: metadata["clip.image_heads"].flatMap { Int($0) },
      textHeads: metadata["clip.text_heads"].flatMap { Int($0) },
      activation: activation == "gelu" ? .gelu : .quickGELU)
  }
}
