import Tensors

/// The named tensors of a weights file, with what else it says about itself.
///
/// Opening reads the directory only: the file is mapped into memory, and numbers are loaded and
/// widened to `Float` when a tensor is asked for. Nothing in the file is executed, whatever its
/// format; see `PickleMachine`.
///
/// Names are those of PyTorch's state dict, verbatim: `model.0.conv.weight`.
public struct Checkpoint: Sendable {
  /// The kinds of file that are read.
  public enum Format: String, Sendable {
    /// A JSON header and raw numbers.
    case safetensors
    /// What `torch.save` writes: a whole pickled model, a training checkpoint, or a state dict.
    case pyTorch
    /// What `torch.jit.save` writes.
    case torchScript
  }

  let contents: CheckpointContents

  /// The checkpoint in the file at `path`; the format is told from the content, not the suffix.
  ///
  /// Takes milliseconds, whatever the file's size.
  ///
  /// - Throws: A `CheckpointError` that names the file and the fault.
  public init(path: String) throws(CheckpointError) {
    self.contents = try Self.read(MappedFile(path: path))
  }

  /// The checkpoint in bytes that are part of the program, and so are there for good; `name` stands
  /// for the path.
  public init(staticBytes: UnsafeRawBufferPointer, name: String) throws(CheckpointError) {
    self.contents = try Self.read(MappedFile(staticBytes: staticBytes, name: name))
  }

  private static func read(_ file: MappedFile) throws(CheckpointError) -> CheckpointContents {
    if file.count >= 4, file.integer(UInt32.self, at: 0) == 0x0403_4b50 {
      return try PyTorchFile.read(file)
    }
    // Asked before the next: the length of a header may begin with any byte.
    if file.count > 8, file[8] == UInt8(ascii: "{") { return try SafetensorsFile.read(file) }
    if file[0] == 0x80 {
      throw .unsupported(
        path: file.path, what: "the old PyTorch format (before 1.6): load and save it with today's")
    }
    throw .unknownFormat(
      path: file.path, firstBytes: (0..<min(4, file.count)).map { file[$0] })
  }

  /// Where the file lies; a name for one that is part of the program.
  public var path: String { contents.file.path }

  /// The kind of file.
  public var format: Format { contents.format }

  /// The size of the file in bytes.
  public var fileByteCount: Int { contents.file.count }

  /// Calls `body` with all bytes of the file.
  public func withFileBytes<R, E: Error>(
    _ body: (UnsafeRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    try contents.file.withBytes(0..<contents.file.count, body)
  }

  /// The size of pictures that the network was trained for, where the file says.
  public var imageSize: ImageSize? { contents.imageSize }

  /// The names of the classes by their index, where the file says.
  public var classNames: [Int: String] { contents.classNames }

  /// What else the file says, as `license`, `version` or `date`.
  public var metadata: [String: String] { contents.metadata }

  /// The names of all tensors in the order of the file.
  public var names: [String] { contents.tensors.map(\.name) }

  /// All tensors in the order of the file.
  public var tensors: [WeightTensor] {
    contents.tensors.map { WeightTensor(entry: $0, file: contents.file) }
  }

  /// The tensor of this full name, if there is one.
  public subscript(name: String) -> WeightTensor? {
    contents.index[name].map { WeightTensor(entry: contents.tensors[$0], file: contents.file) }
  }

  /// All tensors, to be taken by a network; each call begins a new record of what was taken.
  public func weights() -> WeightScope { WeightScope(contents) }
}
