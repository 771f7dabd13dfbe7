import Synchronization
import Tensors

/// The tensors of a checkpoint under one key, as a module of a network sees them.
///
/// `scope["cv1"]["conv"]` descends as the names do; a tensor is checked when it is taken, and the
/// scope remembers what was taken, so that a loader can be strict in both directions:
///
///     let conv = weights["model.0"]["conv"]
///     let filter = try conv.tensor("weight", shape: [32, 3, 3, 3])
///     try weights.requireAllRead()
public struct WeightScope: Sendable {
  /// The dotted path down to here; empty at the top.
  public let path: String
  private let contents: CheckpointContents
  private let record: ReadRecord

  init(_ contents: CheckpointContents) {
    self.init(path: "", contents, ReadRecord(count: contents.tensors.count))
  }

  private init(path: String, _ contents: CheckpointContents, _ record: ReadRecord) {
    self.path = path
    self.contents = contents
    self.record = record
  }

  /// The scope one or more keys further down; it may be empty.
  public subscript(key: String) -> WeightScope {
    WeightScope(path: fullName(key), contents, record)
  }

  /// The scope of a numbered module.
  public subscript(index: Int) -> WeightScope { self[String(index)] }

  /// The file that the tensors come from.
  public var file: String { contents.file.path }

  // MARK: Taking

  /// The floating-point tensor `name` of exactly this shape.
  ///
  /// - Throws: `missingTensor`, `wrongShape` or `wrongType`.
  public func tensor(_ name: String, shape: Shape) throws(CheckpointError) -> WeightTensor {
    guard let tensor = try optional(name, shape: shape) else {
      throw .missingTensor(path: file, name: fullName(name))
    }
    return tensor
  }

  /// The floating-point tensor `name` of exactly this shape; nil where there is none.
  ///
  /// - Throws: `wrongShape` or `wrongType`.
  public func optional(_ name: String, shape: Shape) throws(CheckpointError) -> WeightTensor? {
    guard let index = contents.index[fullName(name)] else { return nil }
    let entry = contents.tensors[index]
    guard entry.shape == shape else {
      throw .wrongShape(path: file, name: entry.name, expected: shape, found: entry.shape)
    }
    guard entry.type.isFloating else {
      throw .wrongType(
        path: file, name: entry.name, expected: "floating-point", found: entry.type)
    }
    record.markRead(index)
    return WeightTensor(entry: entry, file: contents.file)
  }

  // MARK: Looking

  /// True where there is a tensor, or anything below, under this key.
  public func contains(_ key: String) -> Bool {
    let name = fullName(key)
    return contents.index[name] != nil || contents.tensors.contains { isBelow(name, $0.name) }
  }

  /// The shape of the tensor `name`, without taking it; nil where there is none.
  public func shape(of name: String) -> Shape? {
    contents.index[fullName(name)].map { contents.tensors[$0].shape }
  }

  /// The keys directly below, each once, in the order of the file: `["0", "1", "2"]` under `m`.
  public var children: [String] {
    var seen: Set<Substring> = []
    var keys: [String] = []
    for tensor in contents.tensors where path.isEmpty || isBelow(path, tensor.name) {
      let rest = tensor.name.utf8.dropFirst(path.isEmpty ? 0 : path.utf8.count + 1)
      let key = Substring(rest.prefix { $0 != UInt8(ascii: ".") })
      if seen.insert(key).inserted { keys.append(String(key)) }
    }
    return keys
  }

  // MARK: Strictness

  /// The tensors at or below here that nobody took, in the order of the file.
  ///
  /// Batch norm's counter of training steps, `num_batches_tracked`, has no part in a forward pass
  /// and is left out.
  public var unreadNames: [String] {
    let read = record.read
    return contents.tensors.indices.compactMap { index in
      let name = contents.tensors[index].name
      guard !read[index], path.isEmpty || name == path || isBelow(path, name),
        !name.hasSuffix("num_batches_tracked")
      else { return nil }
      return name
    }
  }

  /// Throws where a tensor at or below here was not taken: the file is of another network.
  ///
  /// - Throws: `unreadTensors`.
  public func requireAllRead() throws(CheckpointError) {
    let names = unreadNames
    guard names.isEmpty else { throw .unreadTensors(path: file, names: names) }
  }

  private func fullName(_ key: String) -> String { path.isEmpty ? key : path + "." + key }

  /// True where `name` lies below `path`, as `a.b` below `a`.
  private func isBelow(_ path: String, _ name: String) -> Bool {
    name.utf8.count > path.utf8.count + 1 && name.utf8.starts(with: path.utf8)
      && name.utf8.dropFirst(path.utf8.count).first == UInt8(ascii: ".")
  }
}

/// Which tensors were taken through any scope of one network.
private final class ReadRecord: Sendable {
  private let flags: Mutex<[Bool]>

  init(count: Int) { flags = Mutex([Bool](repeating: false, count: count)) }

  var read: [Bool] { flags.withLock { $0 } }

  func markRead(_ index: Int) { flags.withLock { $0[index] = true } }
}
