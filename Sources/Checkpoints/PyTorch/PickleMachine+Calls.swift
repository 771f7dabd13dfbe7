import JSON

/// Calls that are not made: what the few functions that weights need would have returned.
extension PickleMachine {
  /// More axes than any tensor of a network has.
  private static var rankLimit: Int { 16 }

  /// Records a call; only the few that stand for tensors and dictionaries mean something.
  mutating func call(_ function: Pickle.Value, _ arguments: Pickle.Value)
    throws(CheckpointError)
  {
    if case .global(let index) = function, let values = pickle.elements(arguments) {
      switch pickle.globals[index] {
      case "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor":
        stack.append(try tensor(values))
        return
      case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state":
        guard let data = values.first else { throw malformed("a parameter without data") }
        stack.append(data)
        return
      case "collections.OrderedDict":
        // Filled by SETITEMS; Python 2 passed a list of pairs instead.
        var items: [Pickle.Value] = []
        for pair in values.first.flatMap(pickle.elements) ?? [] {
          guard let pair = pickle.elements(pair), pair.count == 2 else {
            throw malformed("an ordered dictionary of something else than pairs")
          }
          items += pair
        }
        push(.dictionary, items)
        return
      default: break
      }
    }
    push(.instance, [function, arguments])
  }

  /// The tensor of `_rebuild_tensor_v2(storage, offset, size, stride, …)`; checked against its
  /// storage, whose own size is checked when its bytes are looked up.
  private mutating func tensor(_ arguments: [Pickle.Value]) throws(CheckpointError) -> Pickle.Value
  {
    guard arguments.count >= 4, case .storage(let storage) = arguments[0],
      let start = pickle.integer(arguments[1]),
      let extents = pickle.elements(arguments[2]), let strides = pickle.elements(arguments[3]),
      extents.count == strides.count, extents.count <= Self.rankLimit
    else { throw malformed("a tensor of unknown build") }
    var sizes: [Int] = []
    var steps: [Int] = []
    for (extent, step) in zip(extents, strides) {
      guard let extent = pickle.integer(extent), let step = pickle.integer(step), extent >= 0,
        step >= 0
      else { throw malformed("a tensor with an impossible shape") }
      sizes.append(extent)
      steps.append(step)
    }
    let available = pickle.storages[storage].count
    guard let count = elementCount(sizes), count <= available, start >= 0, start <= available else {
      throw malformed("a tensor of shape \(sizes) at \(start) in a storage of \(available)")
    }
    if count > 0 {
      var last = start
      for (extent, step) in zip(sizes, steps) {
        let (reach, tooFar) = (extent - 1).multipliedReportingOverflow(by: step)
        let (furthest, beyond) = last.addingReportingOverflow(reach)
        guard !tooFar, !beyond, furthest < available else {
          throw malformed("a tensor of strides \(steps) leaves its storage of \(available)")
        }
        last = furthest
      }
    }
    pickle.tensors.append(
      Pickle.TensorRecord(storage: storage, offset: start, extents: sizes, strides: steps))
    return .tensor(pickle.tensors.count - 1)
  }

  /// The storage of a persistent id `("storage", torch.HalfStorage, key, device, count)`.
  mutating func storage(_ identifier: Pickle.Value) throws(CheckpointError) -> Pickle.Value {
    guard let parts = pickle.elements(identifier), parts.count >= 5,
      pickle.text(parts[0]) == "storage", case .global(let type) = parts[1],
      let key = pickle.text(parts[2]), let count = pickle.integer(parts[4]), count >= 0
    else { throw malformed("a reference to something else than a storage") }
    if let known = storageIndex[key] { return .storage(known) }
    let name = pickle.globals[type]
    guard name.hasPrefix("torch."), let type = ElementType(storageClass: String(name.dropFirst(6)))
    else {
      throw .unsupported(path: file.path, what: "tensors of type \(printable(name)) are not read")
    }
    storageIndex[key] = pickle.storages.count
    pickle.storages.append(Pickle.Storage(key: key, type: type, count: count))
    return .storage(pickle.storages.count - 1)
  }
}
