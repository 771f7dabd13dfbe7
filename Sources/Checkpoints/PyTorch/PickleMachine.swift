import JSON

/// Decodes a pickle without executing anything.
///
/// A pickle is a program: Python's own reader imports the modules it names and calls what it says.
/// Here opcodes build plain data, and a call is recorded, not made: `getattr`, `set`, a class of
/// some library or of an attacker all become inert instances. Only three functions are understood,
/// because they stand for tensors.
///
/// Protocols 2 to 5. Memory is bounded by the length of the pickle times a small constant, because
/// each opcode adds at most one value.
///
/// - SeeAlso: Python's `pickletools` for the meaning of every opcode.
struct PickleMachine: ~Copyable {
  /// Real checkpoints have pickles of 100 to 500 kB.
  static let lengthLimit = 16 << 20
  static let stackLimit = 1 << 20

  let file: MappedFile
  /// The file up to the pickle's end, so that offsets are the file's; valid during `decode` only.
  private let bytes: UnsafeRawBufferPointer
  private var offset: Int
  private var opcodeOffset: Int
  var pickle: Pickle
  var stack: [Pickle.Value] = []
  private var marks: [Int] = []
  private var memo: [Pickle.Value] = []
  private var globalIndex: [String: Int] = [:]
  var storageIndex: [String: Int] = [:]

  /// The data in `range` of `file`.
  static func decode(_ file: MappedFile, _ range: Range<Int>) throws(CheckpointError) -> Pickle {
    guard range.count <= lengthLimit else {
      throw .limitExceeded(
        path: file.path, what: "bytes of pickle", limit: lengthLimit, found: range.count)
    }
    return try file.withBytes(0..<range.upperBound) { (bytes) throws(CheckpointError) in
      var machine = PickleMachine(file, bytes, from: range.lowerBound)
      try machine.run()
      return machine.pickle
    }
  }

  private init(_ file: MappedFile, _ bytes: UnsafeRawBufferPointer, from start: Int) {
    self.file = file
    self.bytes = bytes
    self.offset = start
    self.opcodeOffset = start
    self.pickle = Pickle(file: file)
  }

  private mutating func run() throws(CheckpointError) {
    while true {
      opcodeOffset = offset
      let byte = try unsigned(UInt8.self)
      guard let opcode = PickleOpcode(rawValue: UInt8(byte)) else {
        throw .forbiddenOpcode(path: file.path, offset: opcodeOffset, opcode: UInt8(byte))
      }
      if opcode == .stop {
        pickle.root = try pop()
        return
      }
      try execute(opcode)
      guard stack.count <= Self.stackLimit, marks.count <= Self.stackLimit else {
        throw .limitExceeded(
          path: file.path, what: "values on the pickle's stack", limit: Self.stackLimit,
          found: stack.count)
      }
    }
  }

  private mutating func execute(_ opcode: PickleOpcode) throws(CheckpointError) {
    switch opcode {
    case .proto:
      let version = try unsigned(UInt8.self)
      guard (2...5).contains(version) else { throw malformed("protocol \(version)") }
    case .frame: _ = try unsigned(UInt64.self)
    case .stop: break

    // Atoms.
    case .none: stack.append(.none)
    case .newTrue: stack.append(.bool(true))
    case .newFalse: stack.append(.bool(false))
    case .binInt: stack.append(.integer(Int(Int32(truncatingIfNeeded: try unsigned(UInt32.self)))))
    case .binInt1: stack.append(.integer(try unsigned(UInt8.self)))
    case .binInt2: stack.append(.integer(try unsigned(UInt16.self)))
    case .long1: try pushLong(byteCount: try unsigned(UInt8.self))
    case .long4: try pushLong(byteCount: try unsigned(UInt32.self))
    case .binFloat:
      let bits = bytes.loadUnaligned(fromByteOffset: try take(8).lowerBound, as: UInt64.self)
      stack.append(.real(Double(bitPattern: UInt64(bigEndian: bits))))
    case .binUnicode, .binString: stack.append(.string(try take(try unsigned(UInt32.self))))
    case .shortBinUnicode, .shortBinString:
      stack.append(.string(try take(try unsigned(UInt8.self))))
    case .binUnicode8: stack.append(.string(try take(try unsigned(UInt64.self))))
    case .shortBinBytes:
      _ = try take(try unsigned(UInt8.self))
      stack.append(.opaque)
    case .binBytes:
      _ = try take(try unsigned(UInt32.self))
      stack.append(.opaque)
    case .binBytes8, .byteArray8:
      _ = try take(try unsigned(UInt64.self))
      stack.append(.opaque)

    // Compounds.
    case .emptyTuple: push(.tuple, [])
    case .tuple1: push(.tuple, try pop(1))
    case .tuple2: push(.tuple, try pop(2))
    case .tuple3: push(.tuple, try pop(3))
    case .tuple: push(.tuple, try popToMark())
    case .emptyList: push(.list, [])
    case .list: push(.list, try popToMark())
    case .append: try extend(.list, with: try pop(1))
    case .appends: try extend(.list, with: try popToMark())
    case .emptySet: push(.set, [])
    case .frozenSet: push(.set, try popToMark())
    case .addItems: try extend(.set, with: try popToMark())
    case .emptyDict: push(.dictionary, [])
    case .dict: push(.dictionary, try pairs(try popToMark()))
    case .setItem: try extend(.dictionary, with: try pop(2))
    case .setItems: try extend(.dictionary, with: try pairs(try popToMark()))

    // The stack and the memo.
    case .mark: marks.append(stack.count)
    case .pop: _ = try pop()
    case .popMark: _ = try popToMark()
    case .dup:
      let top = try pop()
      stack += [top, top]
    case .binGet: stack.append(try recall(try unsigned(UInt8.self)))
    case .longBinGet: stack.append(try recall(try unsigned(UInt32.self)))
    case .binPut: try remember(at: try unsigned(UInt8.self))
    case .longBinPut: try remember(at: try unsigned(UInt32.self))
    case .memoize: try remember(at: memo.count)

    // What a Python reader would import and call.
    case .global:
      let module = try line()
      stack.append(global(module + "." + (try line())))
    case .stackGlobal:
      let names = try pop(2)
      guard let module = pickle.text(names[0]), let name = pickle.text(names[1]) else {
        throw malformed("a global without a name")
      }
      stack.append(global(module + "." + name))
    case .newObj:
      let parts = try pop(2)
      push(.instance, parts)
    case .newObjEx:
      let parts = try pop(3)
      push(.instance, [parts[0], parts[1]])
    case .reduce:
      let parts = try pop(2)
      try call(parts[0], parts[1])
    case .build:
      let state = try pop()
      guard let top = stack.last else { throw malformed("state for nothing") }
      // An ordered dictionary may carry attributes (`_metadata` of a state dict): not weights.
      if case .node(let index) = top, pickle.nodes[index].kind == .instance {
        pickle.nodes[index].state = state
      }
    case .binPersID: stack.append(try storage(try pop()))
    }
  }

  // MARK: Globals, stack and memo

  private mutating func global(_ name: String) -> Pickle.Value {
    if let known = globalIndex[name] { return .global(known) }
    globalIndex[name] = pickle.globals.count
    pickle.globals.append(name)
    return .global(pickle.globals.count - 1)
  }

  mutating func push(_ kind: Pickle.Node.Kind, _ items: [Pickle.Value]) {
    pickle.nodes.append(Pickle.Node(kind: kind, items: items))
    stack.append(.node(pickle.nodes.count - 1))
  }

  private mutating func pop() throws(CheckpointError) -> Pickle.Value {
    guard stack.count > marks.last ?? 0 else { throw malformed("the stack is empty") }
    return stack.removeLast()
  }

  private mutating func pop(_ count: Int) throws(CheckpointError) -> [Pickle.Value] {
    guard stack.count - (marks.last ?? 0) >= count else { throw malformed("the stack is empty") }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func popToMark() throws(CheckpointError) -> [Pickle.Value] {
    guard let mark = marks.popLast() else { throw malformed("no mark on the stack") }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[mark...])
  }

  private func pairs(_ values: [Pickle.Value]) throws(CheckpointError) -> [Pickle.Value] {
    guard values.count.isMultiple(of: 2) else { throw malformed("a key without a value") }
    return values
  }

  /// Adds to the compound on top of the stack.
  private mutating func extend(_ kind: Pickle.Node.Kind, with values: [Pickle.Value])
    throws(CheckpointError)
  {
    guard case .node(let index)? = stack.last else { throw malformed("elements for nothing") }
    // Unknown classes may derive from list or dictionary; what they hold is none of our business.
    guard pickle.nodes[index].kind != .instance else { return }
    guard pickle.nodes[index].kind == kind else { throw malformed("elements for something else") }
    pickle.nodes[index].items += values
  }

  private mutating func remember(at index: Int) throws(CheckpointError) {
    guard let top = stack.last else { throw malformed("nothing to remember") }
    // Writers number the memo as they go; a gap is a lie that would cost memory.
    guard index <= memo.count else { throw malformed("memo entry \(index) of \(memo.count)") }
    if index == memo.count { memo.append(top) } else { memo[index] = top }
  }

  private func recall(_ index: Int) throws(CheckpointError) -> Pickle.Value {
    guard index < memo.count else { throw malformed("memo entry \(index) of \(memo.count)") }
    return memo[index]
  }

  // MARK: Bytes

  private mutating func take(_ count: Int) throws(CheckpointError) -> Range<Int> {
    let start = offset
    guard count <= bytes.count - start else {
      throw malformed("\(count) bytes asked for, \(bytes.count - start) left")
    }
    offset = start + count
    return start..<offset
  }

  private mutating func unsigned<I: UnsignedInteger & FixedWidthInteger & BitwiseCopyable>(
    _ type: I.Type
  ) throws(CheckpointError) -> Int {
    let range = try take(MemoryLayout<I>.size)
    let stored = bytes.loadUnaligned(fromByteOffset: range.lowerBound, as: type)
    return Int(clamping: I(littleEndian: stored))
  }

  /// Pushes a little-endian two's complement integer; beyond 64 bits it is opaque (random seeds).
  private mutating func pushLong(byteCount: Int) throws(CheckpointError) {
    let range = try take(byteCount)
    guard range.count <= 8 else { return stack.append(.opaque) }
    var bits: UInt64 = 0
    for offset in range.reversed() { bits = bits << 8 | UInt64(bytes[offset]) }
    let unused = UInt64(64 - 8 * range.count)
    stack.append(.integer(Int(Int64(bitPattern: bits << unused) >> Int64(unused))))
  }

  /// The text up to the next newline.
  private mutating func line() throws(CheckpointError) -> String {
    let start = offset
    while offset < bytes.count, offset - start < 1024 {
      offset += 1
      if bytes[offset - 1] == UInt8(ascii: "\n") { return file.text(start..<offset - 1) }
    }
    throw malformed("a name without an end")
  }

  func malformed(_ fault: String) -> CheckpointError {
    .malformedPickle(path: file.path, offset: opcodeOffset, fault: fault)
  }
}
