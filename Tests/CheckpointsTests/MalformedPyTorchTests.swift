import Checkpoints
import Tensors
import Testing

/// Lies of zip directories and pickles.
@Suite struct MalformedPyTorchTests {
  /// A zip of one stored entry, `a/data.pkl`; `pickle` is the smallest lie that the test needs.
  private func archive(_ pickle: [UInt8], storage: [UInt8] = []) -> [UInt8] {
    var local: [UInt8] = []
    var central: [UInt8] = []
    for (name, content) in [("a/data.pkl", pickle), ("a/data/0", storage)] {
      let sizes = bytes(UInt32(content.count)) + bytes(UInt32(content.count))
      let lengths = bytes(UInt16(name.utf8.count)) + bytes(UInt16(0))
      central +=
        bytes(UInt32(0x0201_4b50)) + [UInt8](repeating: 0, count: 16) + sizes + lengths
        + [UInt8](repeating: 0, count: 10) + bytes(UInt32(local.count)) + name.utf8
      local +=
        bytes(UInt32(0x0403_4b50)) + [UInt8](repeating: 0, count: 14) + sizes + lengths
        + name.utf8 + content
    }
    return local + central + bytes(UInt32(0x0605_4b50)) + bytes(UInt32(0))
      + bytes(UInt16(2)) + bytes(UInt16(2)) + bytes(UInt32(central.count))
      + bytes(UInt32(local.count)) + bytes(UInt16(0))
  }

  private func bytes<I: FixedWidthInteger>(_ value: I) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian, Array.init)
  }

  private static let start: [UInt8] = [0x80, 2]

  /// The pickle of `{"x": _rebuild_tensor_v2(storage("0", count), offset, extents, strides)}`.
  private func tensor(
    type: String = "FloatStorage", count: Int32 = 4, offset: Int32 = 0, extents: [Int32] = [4],
    strides: [Int32] = [1]
  ) -> [UInt8] {
    func text(_ text: String) -> [UInt8] { [0x58] + bytes(UInt32(text.utf8.count)) + text.utf8 }
    func integer(_ value: Int32) -> [UInt8] { [0x4a] + bytes(value) }
    let storage =
      [0x28] + text("storage") + "ctorch\n\(type)\n".utf8 + text("0") + text("cpu")
      + integer(count) + [0x74, 0x51]
    return Self.start + [0x7d] + text("x") + "ctorch._utils\n_rebuild_tensor_v2\n".utf8 + [0x28]
      + storage + integer(offset) + [0x28] + extents.flatMap(integer) + [0x74, 0x28]
      + strides.flatMap(integer) + [0x74, 0x74, 0x52, 0x73, 0x2e]
  }

  @Test func theArchiveOfTheseTestsIsSound() throws {
    #expect(try fault(of: archive(tensor(), storage: .init(repeating: 0, count: 16))) == nil)
  }

  @Test(
    arguments: [
      ([0x80, 0x01, 0x2e], "protocol 1"),
      ([0x80, 0x02], "1 bytes asked for, 0 left"),
      ([0x80, 0x02, 0x2e], "stack is empty"),
      ([0x80, 0x02, 0x7d, 0x28, 0x4b, 0x01, 0x75, 0x2e], "key without a value"),
      ([0x80, 0x02, 0x7d, 0x75, 0x2e], "no mark"),
      ([0x80, 0x02, 0x68, 0x05, 0x2e], "memo entry 5 of 0"),
      ([0x80, 0x02, 0x4e, 0x72, 0xff, 0xff, 0xff, 0x7f, 0x2e], "memo entry"),
      ([0x80, 0x02, 0x58, 0xff, 0xff, 0xff, 0xff, 0x2e], "bytes asked for"),
      ([0x80, 0x02, 0x8d] + [UInt8](repeating: 0xff, count: 8), "bytes asked for"),
      ([0x80, 0x02, 0x63, 0x61, 0x2e], "name without an end"),
      ([0x80, 0x02, 0x4e, 0x51, 0x2e], "something else than a storage"),
      ([0x80, 0x02, 0x61, 0x2e], "stack is empty"),
      ([0x80, 0x02, 0x4e, 0x4e, 0x61, 0x2e], "elements for nothing"),
      ([0x80, 0x02, 0x5d, 0x4e, 0x4e, 0x73, 0x2e], "elements for something else"),
      ([0x80, 0x02, 0x69, 0x2e], "opcode 0x69"),  // INST of protocol 0
      ([0x80, 0x02, 0x82, 0x01, 0x2e], "opcode 0x82"),  // EXT1
      ([0x80, 0x02, 0x4e, 0x2e], "no tensors"),
    ] as [([UInt8], String)])
  func brokenPickleIsRefused(pickle: [UInt8], reason: String) throws {
    let error = try #require(try fault(of: archive(pickle)))
    #expect(error.description.contains(reason), "\(error)")
  }

  @Test func tensorsMustLieInTheirStorage() throws {
    let sixteen = [UInt8](repeating: 0, count: 16)
    for (pickle, reason) in [
      (tensor(extents: [5]), "in a storage of 4"),
      (tensor(offset: 1), "leaves its storage"),
      (tensor(offset: -1, extents: [1]), "at -1 in a storage"),
      (tensor(extents: [2], strides: [4]), "leaves its storage"),
      (tensor(extents: [-1]), "impossible shape"),
      (tensor(extents: [1000, 1000], strides: [0, 0]), "in a storage of 4"),
      (tensor(extents: [.max, .max, .max], strides: [0, 0, 0]), "in a storage of 4"),
      (tensor(offset: .max, extents: [0]), "at 2147483647 in a storage"),
      (tensor(extents: [2, 2], strides: [1]), "unknown build"),
      (tensor(count: 5, extents: [5]), "the file has 16 bytes"),
      (tensor(count: .max, extents: [.max]), "the file has 16 bytes"),
      (tensor(type: "ComplexFloatStorage"), "ComplexFloatStorage are not read"),
    ] {
      let error = try #require(try fault(of: archive(pickle, storage: sixteen)))
      #expect(error.description.contains(reason), "\(error)")
    }
  }

  /// Sixty-five names for one storage: a small file that would be written out as a large one.
  @Test func sharedStoragesAreNoBomb() throws {
    var pickle = Array(tensor(count: 1024, extents: [1024]).dropLast(2)) + [0x71, 0x00, 0x73]
    for name in 0x80...0xbf as ClosedRange<UInt8> {
      pickle += [0x8c, 2, 0xc3, name, 0x68, 0x00, 0x73]
    }
    let file = archive(pickle + [0x2e], storage: .init(repeating: 0, count: 4096))
    let error = try #require(try fault(of: file))
    #expect(error.description.contains("share storages"), "\(error)")
  }

  /// A list that contains itself, and lists nested deeper than any stack, are only data.
  @Test func cyclesAndDepthAreHarmless() throws {
    let cycle = Self.start + [0x5d, 0x71, 0x00, 0x68, 0x00, 0x61, 0x2e]
    #expect(try #require(try fault(of: archive(cycle))).description.contains("no tensors"))
    let lists = [UInt8](repeating: 0x5d, count: 500_000)
    let deep = Self.start + lists + [UInt8](repeating: 0x61, count: 499_999) + [0x2e]
    #expect(try #require(try fault(of: archive(deep))).description.contains("no tensors"))
    let tooDeep = Self.start + [UInt8](repeating: 0x5d, count: 1_100_000)
    #expect(try #require(try fault(of: archive(tooDeep))).description.contains("limit"))
  }

  /// d₀ = {}, dᵢ = {"a": dᵢ₋₁, "b": dᵢ₋₁}: 2⁴⁰ paths, and d = {"a": d}: one without an end.
  @Test func modulesInsideEachOtherEnd() throws {
    let key = { (name: UInt8) -> [UInt8] in [0x8c, 1, name] }
    var pickle = Self.start + [0x7d, 0x71, 0x00]
    for level in 1...40 as ClosedRange<UInt8> {
      pickle += [0x30, 0x7d, 0x71, level] + key(0x61) + [0x68, level - 1, 0x73]
      pickle += key(0x62) + [0x68, level - 1, 0x73]
    }
    let wide = try #require(try fault(of: archive(pickle + [0x2e])))
    #expect(wide.description.contains("modules and tensors"))
    let cycle = Self.start + [0x7d, 0x71, 0x00] + key(0x61) + [0x68, 0x00, 0x73, 0x2e]
    let deep = try #require(try fault(of: archive(cycle)))
    #expect(deep.description.contains("modules inside each other"))
  }

  @Test func zipDirectoryIsNotBelieved() throws {
    let sound = archive(tensor(), storage: .init(repeating: 0, count: 16))
    let longer = UInt32(tensor().count + 4)
    let end = sound.count - 22
    let directory = sound.count - 22 - (46 + 10) - (46 + 8)
    func changed(_ offset: Int, _ value: [UInt8]) -> [UInt8] {
      var copy = sound
      copy.replaceSubrange(offset..<offset + value.count, with: value)
      return copy
    }
    for (file, reason) in [
      (Array(sound.dropLast()), "no end record"),
      (changed(end + 10, bytes(UInt16(3))), "3 entries do not fit"),
      (changed(end + 16, bytes(UInt32(1 << 30))), "outside the file"),
      (changed(end + 12, bytes(UInt32.max)), "outside the file"),
      (changed(directory + 8, bytes(UInt16(1))), "encrypted"),
      (changed(directory + 10, bytes(UInt16(8))), "compressed (zip method 8)"),
      (changed(directory + 20, bytes(UInt32(1))), "two sizes"),
      (changed(directory + 20, bytes(UInt32.max) + bytes(UInt32.max)), "lacks its zip64 sizes"),
      (changed(directory + 28, bytes(UInt16.max)), "beyond the directory"),
      (changed(directory + 42, bytes(UInt32(7))), "points to no local header"),
      (changed(directory + 47, [0x62]), "has another name"),
      (changed(directory + 20, bytes(UInt32(1 << 20)) + bytes(UInt32(1 << 20))), "truncated"),
      (changed(directory + 20, bytes(longer) + bytes(longer)), "overlap"),
    ] {
      let error = try #require(try fault(of: file))
      #expect(error.description.contains(reason), "\(error)")
    }
  }

  @Test func checksumsTellDamageThatLoadingDoesNot() throws {
    let file = TemporaryPath()
    var damaged = try GoldenFiles.bytes("model-half.pt")
    try file.write(damaged)
    try Checkpoint(path: file.path).verifyChecksums()
    // The last byte ahead of the version entry lies in a storage.
    let checkpoint = try Checkpoint(path: file.path)
    let weight = try #require(checkpoint["model.0.conv.weight"])
    let pattern = weight.withRowMajorBytes { Array($0) }
    let place = try #require(
      damaged.indices.first { damaged[$0...].starts(with: pattern) })
    damaged[place] ^= 1
    try file.write(damaged)
    let fault = #expect(throws: CheckpointError.self) {
      try Checkpoint(path: file.path).verifyChecksums()
    }
    #expect(fault?.description.contains("do not match their checksum") == true)
  }

  @Test(arguments: [("compressed.pt", "is compressed"), ("legacy.pt", "before 1.6")])
  func foreignKindsAreNamed(file: String, reason: String) throws {
    let error = try #require(try fault(of: GoldenFiles.bytes(file)))
    #expect(error.description.contains(reason))
  }

  @Test func whatIsNoFileOfWeightsIsSaid() throws {
    #expect(throws: CheckpointError.missingFile(path: "/nowhere")) {
      try Checkpoint(path: "/nowhere")
    }
    #expect(throws: CheckpointError.unreadable(path: "/tmp", reason: "not a regular file")) {
      try Checkpoint(path: "/tmp")
    }
    for (bytes, reason) in [
      (Array("\u{89}PNG".utf8), "neither"), ([], "empty"), ([0x50], "neither"),
      ([0x50, 0x4b, 3, 4], "no end record"),
    ] {
      let error = try #require(try fault(of: bytes))
      #expect(error.description.contains(reason), "\(error)")
    }
  }
}
