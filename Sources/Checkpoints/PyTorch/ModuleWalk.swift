/// Finds the tensors of a decoded pickle by the names that PyTorch's state dict gives them.
///
/// Three shapes of data are known: module objects (`_parameters`, `_buffers`, `_modules`, as
/// `torch.save(model)` leaves them), TorchScript objects (attributes), and plain dictionaries,
/// nested or flat. The averaged weights (`ema`) come before `model`: a training checkpoint may hold
/// both, and today also `model` None.
struct ModuleWalk {
  /// Deeper than any network, flatter than any stack.
  static let depthLimit = 64
  /// Bounds the time on pickles whose modules contain each other.
  static let visitLimit = 1 << 18

  private let pickle: Pickle
  private var visits = 0
  private var found: [(name: String, tensor: Int)] = []

  init(_ pickle: Pickle) { self.pickle = pickle }

  /// Every tensor with its dotted name, in the order of the state dict.
  mutating func tensors() throws(CheckpointError) -> [(name: String, tensor: Int)] {
    for start in [
      pickle[pickle.root, "ema"], pickle[pickle.root, "model"], pickle[pickle.root, "state_dict"],
      pickle.root,
    ] {
      guard let start else { continue }
      try visit(start, name: "", depth: 0)
      if !found.isEmpty { return found }
    }
    throw .noTensors(path: pickle.file.path)
  }

  private mutating func visit(_ value: Pickle.Value, name: String, depth: Int)
    throws(CheckpointError)
  {
    switch value {
    case .tensor(let tensor):
      try count()
      found.append((name, tensor))
    case .node(let index):
      try count()
      guard depth < Self.depthLimit else {
        throw .limitExceeded(
          path: pickle.file.path, what: "modules inside each other", limit: Self.depthLimit,
          found: depth + 1)
      }
      switch pickle.nodes[index].kind {
      case .dictionary: try visitEntries(value, under: name, depth: depth)
      case .instance: try visitModule(value, name: name, depth: depth)
      case .tuple, .list, .set: break
      }
    case .none, .bool, .integer, .real, .string, .global, .storage, .opaque: break
    }
  }

  private mutating func visitModule(_ module: Pickle.Value, name: String, depth: Int)
    throws(CheckpointError)
  {
    guard let children = pickle[module, "_modules"] else {
      if case .node(let index) = module {
        try visitEntries(pickle.nodes[index].state, under: name, depth: depth)
      }
      return
    }
    if let parameters = pickle[module, "_parameters"] {
      try visitEntries(parameters, under: name, depth: depth)
    }
    if let buffers = pickle[module, "_buffers"] {
      let transient = pickle[module, "_non_persistent_buffers_set"].flatMap(pickle.elements) ?? []
      try visitEntries(
        buffers, under: name, depth: depth, except: Set(transient.compactMap { pickle.text($0) }))
    }
    try visitEntries(children, under: name, depth: depth)
  }

  private mutating func visitEntries(
    _ dictionary: Pickle.Value, under prefix: String, depth: Int, except skipped: Set<String> = []
  ) throws(CheckpointError) {
    for (key, value) in pickle.entries(dictionary) ?? [] {
      switch value {
      case .tensor, .node:
        guard let key = pickle.text(key), !skipped.contains(key) else { continue }
        try visit(value, name: prefix.isEmpty ? key : prefix + "." + key, depth: depth + 1)
      case .none, .bool, .integer, .real, .string, .global, .storage, .opaque: continue
      }
    }
  }

  private mutating func count() throws(CheckpointError) {
    visits += 1
    guard visits <= Self.visitLimit else {
      throw .limitExceeded(
        path: pickle.file.path, what: "modules and tensors", limit: Self.visitLimit, found: visits)
    }
  }
}
