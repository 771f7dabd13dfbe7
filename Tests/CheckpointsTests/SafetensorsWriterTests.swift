import Checkpoints
import Tensors
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct SafetensorsWriterTests {
  @Test(arguments: GoldenFiles.all)
  func roundTripIsLossless(file: String) throws {
    let source = try Checkpoint(path: GoldenFiles.path(file))
    let target = TemporaryPath(".safetensors")
    try SafetensorsWriter(source).write(to: target.path)
    let copy = try Checkpoint(path: target.path)
    #expect(copy.format == .safetensors)
    #expect(Set(copy.names) == Set(source.names))
    #expect(copy.imageSize == source.imageSize)
    #expect(copy.classNames == source.classNames)
    for tensor in source.tensors {
      let twin = try #require(copy[tensor.name])
      #expect(twin.type == tensor.type && twin.shape == tensor.shape)
      #expect(twin.withRowMajorBytes { Array($0) } == tensor.withRowMajorBytes { Array($0) })
    }
  }

  @Test func halvesAreRoundedToNearestEven() throws {
    let target = TemporaryPath(".safetensors")
    let half = TemporaryPath(".safetensors")
    var writer = SafetensorsWriter()
    let ulp = Float(0x1p-10)
    writer.add(
      Tensor([5], [1 + ulp / 2, 1 + 1.5 * ulp, 1e6, -0x1p-25, .nan]), name: "x")
    try writer.write(to: target.path)
    try SafetensorsWriter(Checkpoint(path: target.path), precision: .half).write(to: half.path)
    let tensor = try #require(Checkpoint(path: half.path)["x"])
    #expect(tensor.type == .float16)
    let found = tensor.floats()
    #expect(found.elements.dropLast() == [1, 1 + 2 * ulp, .infinity, -0])
    #expect(found[4].isNaN)
  }

  @Test func numbersBeginOnAMultipleOf64Bytes() throws {
    let target = TemporaryPath(".safetensors")
    var writer = SafetensorsWriter()
    writer.metadata = ["note": "line\nbreak \"quoted\" \\ \u{1} é 😀"]
    writer.add(Tensor([3], [1, 2, 3]), name: "a \"b\"")
    try writer.write(to: target.path)
    let checkpoint = try Checkpoint(path: target.path)
    #expect(checkpoint.metadata == writer.metadata)
    // The last 12 bytes are the three numbers.
    #expect((checkpoint.fileByteCount - 12) % 64 == 0)
    #expect(checkpoint["a \"b\""]?.floats() == Tensor([3], [1, 2, 3]))
  }

  @Test func whatCannotBeWrittenLeavesNothing() throws {
    var writer = SafetensorsWriter()
    writer.add(Tensor([1]), name: "x")
    #expect(
      throws: CheckpointError.unwritable(path: "/nowhere/x", reason: "No such file or directory")
    ) {
      try writer.write(to: "/nowhere/x")
    }
    // A folder stands in the way of the last step, the rename.
    let folder = TemporaryPath()
    mkdir(folder.path, 0o755)
    defer { rmdir(folder.path) }
    #expect(throws: CheckpointError.unwritable(path: folder.path, reason: "it is a folder")) {
      try writer.write(to: folder.path)
    }
    let name = folder.path.split(separator: "/").last.map(String.init) ?? ""
    #expect(temporaryNeighbours(of: name).isEmpty)
  }

  private func temporaryNeighbours(of name: String) -> [String] {
    guard let folder = opendir("/tmp") else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let found = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if found.hasPrefix("." + name) { names.append(found) }
    }
    return names
  }
}
