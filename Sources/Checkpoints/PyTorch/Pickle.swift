/// A decoded pickle as data: values that refer to each other by number.
///
/// Numbers instead of references, so that a pickle of a million nested lists, or one that contains
/// itself, is as harmless to release as to hold.
struct Pickle {
  enum Value {
    case none
    case bool(Bool)
    case integer(Int)
    case real(Double)
    /// UTF-8 text in the file.
    case string(Range<Int>)
    /// A module-qualified name, an index into `globals`.
    case global(Int)
    /// A compound, an index into `nodes`.
    case node(Int)
    /// An index into `storages`.
    case storage(Int)
    /// An index into `tensors`.
    case tensor(Int)
    /// Something that weights never need: bytes, huge integers.
    case opaque
  }

  /// A compound value.
  struct Node {
    enum Kind { case tuple, list, set, dictionary, instance }

    let kind: Kind
    /// The elements; keys and values in turn (dictionary); class and arguments (instance).
    var items: [Value] = []
    /// What the pickle would hand to `__setstate__`.
    var state = Value.none
  }

  /// A named block of numbers beside the pickle.
  struct Storage {
    let key: String
    let type: ElementType
    let count: Int
  }

  /// A window into a storage.
  struct TensorRecord {
    let storage: Int
    let offset: Int
    let extents: [Int]
    let strides: [Int]
  }

  let file: MappedFile
  var nodes: [Node] = []
  var globals: [String] = []
  var storages: [Storage] = []
  var tensors: [TensorRecord] = []
  var root = Value.none

  init(file: MappedFile) { self.file = file }
}

// MARK: Looking into it

extension Pickle {
  /// The elements of a tuple, list or set, also of a `torch.Size` or `set` call around one.
  func elements(_ value: Value) -> [Value]? {
    guard case .node(let index) = value else { return nil }
    let node = nodes[index]
    switch node.kind {
    case .tuple, .list, .set: return node.items
    case .dictionary: return nil
    case .instance:
      guard let name = className(value), name == "torch.Size" || name.hasSuffix("builtin__.set"),
        let arguments = node.items.last, case .node(let tuple) = arguments,
        nodes[tuple].kind == .tuple, nodes[tuple].items.count == 1,
        case .node(let inner) = nodes[tuple].items[0],
        nodes[inner].kind == .tuple || nodes[inner].kind == .list
      else { return nil }
      return nodes[inner].items
    }
  }

  /// The keys and values of a dictionary, in file order.
  func entries(_ value: Value) -> [(key: Value, value: Value)]? {
    guard case .node(let index) = value, nodes[index].kind == .dictionary else { return nil }
    let items = nodes[index].items
    return stride(from: 0, to: items.count - 1, by: 2).map { (items[$0], items[$0 + 1]) }
  }

  /// The value under a text key of a dictionary, or of an instance's state; the last one counts.
  subscript(value: Value, key: StaticString) -> Value? {
    guard case .node(let index) = value else { return nil }
    switch nodes[index].kind {
    case .instance: return self[nodes[index].state, key]
    case .tuple, .list, .set: return nil
    case .dictionary:
      let items = nodes[index].items
      for i in stride(from: items.count - 2, through: 0, by: -2) {
        if case .string(let range) = items[i], file.spells(key, range) { return items[i + 1] }
      }
      return nil
    }
  }

  /// The class of an instance, `torch.nn.modules.conv.Conv2d`.
  func className(_ value: Value) -> String? {
    guard case .node(let index) = value, nodes[index].kind == .instance,
      case .global(let name)? = nodes[index].items.first
    else { return nil }
    return globals[name]
  }

  /// The text of a string.
  func text(_ value: Value?) -> String? {
    guard case .string(let range)? = value else { return nil }
    return file.text(range)
  }

  /// The value of an integer.
  func integer(_ value: Value?) -> Int? {
    guard case .integer(let integer)? = value else { return nil }
    return integer
  }
}
