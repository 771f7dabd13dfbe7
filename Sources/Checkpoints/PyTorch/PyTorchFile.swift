/// A `.pt` file, as `torch.save` or TorchScript writes it: a zip of one pickle and raw storages.
enum PyTorchFile {
  /// How many times the file's size its tensors may claim: a few share one storage (tied weights), but
  /// a thousand names for one storage would be a bomb for whoever writes them out.
  static let sharingLimit = 16

  static func read(_ file: MappedFile) throws(CheckpointError) -> CheckpointContents {
    let archive = try ZipArchive(file)
    let root = try rootFolder(archive, file)
    if archive.entries[root + "byteorder"] != nil {
      let order = file.text(try archive.data(root + "byteorder"))
      guard order == "little" else {
        throw .unsupported(path: file.path, what: "big-endian tensors are not read")
      }
    }
    let pickle = try PickleMachine.decode(file, try archive.data(root + "data.pkl"))
    var walk = ModuleWalk(pickle)
    let found = try walk.tensors()

    var ranges: [Range<Int>?] = Array(repeating: nil, count: pickle.storages.count)
    var contents = CheckpointContents(
      file: file,
      format: archive.entries[root + "constants.pkl"] != nil ? .torchScript : .pyTorch)
    var claimed = 0
    for (name, index) in found {
      let record = pickle.tensors[index]
      let storage = pickle.storages[record.storage]
      let range: Range<Int>
      if let known = ranges[record.storage] {
        range = known
      } else {
        range = try archive.data(root + "data/" + storage.key)
        // As a division: the declared count may be anything.
        guard storage.count <= range.count / storage.type.byteCount else {
          throw .malformedTensor(
            path: file.path, name: name,
            fault: "its storage should hold \(storage.count) \(storage.type.name) numbers,"
              + " the file has \(range.count) bytes")
        }
        ranges[record.storage] = range
      }
      let entry = TensorEntry(
        name: name, type: storage.type, extents: record.extents, strides: record.strides,
        offset: range.lowerBound + record.offset * storage.type.byteCount)
      claimed += entry.byteCount
      guard claimed / sharingLimit <= file.count else {
        throw .limitExceeded(
          path: file.path, what: "bytes in tensors that share storages",
          limit: sharingLimit * file.count, found: claimed)
      }
      try contents.add(entry)
    }
    contents.checksums = archive.entries.values.filter { $0.method == 0 }
      .map { ($0.name, $0.data, $0.checksum) }
    contents.readMetadata(of: pickle)
    return contents
  }

  /// The folder in the archive that holds everything, with its slash: `archive/`.
  private static func rootFolder(_ archive: ZipArchive, _ file: MappedFile)
    throws(CheckpointError) -> String
  {
    let suffix = "/data.pkl"
    let roots = archive.entries.keys.filter {
      $0.hasSuffix(suffix) && $0.dropLast(suffix.count).allSatisfy { $0 != "/" }
    }
    guard let root = roots.first, roots.count == 1 else {
      throw .missingEntry(path: file.path, entry: "archive/data.pkl")
    }
    return String(root.dropLast(suffix.count - 1))
  }
}

extension CheckpointContents {
  /// What a training framework notes beside the weights.
  fileprivate mutating func readMetadata(of pickle: Pickle) {
    for (key, value) in pickle.entries(pickle.root) ?? [] {
      if let key = pickle.text(key), let text = pickle.text(value) { metadata[key] = text }
    }
    let model = [pickle[pickle.root, "ema"], pickle[pickle.root, "model"], pickle.root]
      .compactMap { $0 }
    let arguments = [pickle[pickle.root, "train_args"]] + model.map { pickle[$0, "args"] }
    for arguments in arguments.compactMap({ $0 }) {
      if let size = pickle[arguments, "imgsz"], imageSize == nil {
        let sides = pickle.elements(size)?.compactMap(pickle.integer)
        imageSize = ImageSize(sides: sides ?? [pickle.integer(size)].compactMap { $0 })
      }
      if let task = pickle.text(pickle[arguments, "task"]) { metadata["task"] = task }
    }
    for names in model.compactMap({ pickle[$0, "names"] }) where classNames.isEmpty {
      if let list = pickle.elements(names) {
        for (index, name) in list.enumerated() { classNames[index] = pickle.text(name) }
      }
      for (key, name) in pickle.entries(names) ?? [] {
        if let index = pickle.integer(key) { classNames[index] = pickle.text(name) }
      }
    }
  }
}
