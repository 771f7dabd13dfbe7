import Checkpoints

extension WeightStore {
  /// Writes the weights of any readable file as `.safetensors`, with the same names and numbers.
  ///
  /// The result carries a `fingerprint` of its numbers, which `WeightReport` compares.
  ///
  /// - Parameters:
  ///   - half: Stores floating-point numbers in 16 bits; otherwise nothing is lost.
  ///   - remarks: Strings for the file's metadata, in place of those of the source.
  ///   - texts: More tensors of bytes, by name.
  public func importWeights(
    from source: String, to target: String, half: Bool = false, remarks: [String: String] = [:],
    texts: [String: [UInt8]] = [:]
  ) throws(WeightStoreError) {
    do throws(CheckpointError) {
      let checkpoint = try Checkpoint(path: source)
      var writer = SafetensorsWriter(checkpoint, precision: half ? .half : .asStored)
      writer.metadata.merge(remarks) { $1 }
      for (name, bytes) in texts where checkpoint[name] == nil {
        writer.add(bytes: bytes, name: name)
      }
      writer.metadata["format"] = "pt"
      writer.metadata["fingerprint"] = Self.fingerprint(of: writer)
      try writer.write(to: target)
    } catch {
      if case .unwritable(let path, let reason) = error {
        throw .unwritable(path: path, reason: reason)
      }
      throw .notWeights(error)
    }
  }

  /// A SHA-256 over the tensors in the order of names: name, type, shape and numbers of each.
  ///
  /// Independent of the container: a `.pt` file and what is imported from it have the same one.
  static func fingerprint(of writer: SafetensorsWriter) -> String {
    var hash = SHA256()
    writer.forEachTensor { name, type, shape, bytes in
      hash.update("\(name)\n\(type.rawValue) \(shape)\n")
      hash.update(bytes)
    }
    return hash.finish()
  }
}
