import JSON
import Tensors

/// One way in which a weights file can be wrong; every case names the file and carries the evidence.
///
/// `description` is the one line that a command prints.
public enum CheckpointError: Error, Equatable, Sendable {
  // MARK: Files

  /// There is nothing at `path`.
  case missingFile(path: String)
  /// The system refuses to open or map the file.
  case unreadable(path: String, reason: String)
  /// The system refuses to write the file.
  case unwritable(path: String, reason: String)
  /// The first bytes belong to no format that is read here.
  case unknownFormat(path: String, firstBytes: [UInt8])
  /// A sound file of a kind that is deliberately not read (`what` says which).
  case unsupported(path: String, what: String)
  /// `what` needs bytes that lie behind the end of the file.
  case truncated(path: String, what: String, offset: Int, needed: Int, fileSize: Int)
  /// A count or size is beyond what any real checkpoint needs.
  case limitExceeded(path: String, what: String, limit: Int, found: Int)

  // MARK: Containers

  /// The zip directory contradicts itself or the file at this byte.
  case malformedZip(path: String, offset: Int, fault: String)
  /// An entry that must be read in place is compressed; legal is method 0, stored.
  case compressedEntry(path: String, entry: String, method: Int)
  /// The archive lacks an entry that its pickle, or the format, asks for.
  case missingEntry(path: String, entry: String)
  /// Two entries claim the same bytes, or two entries the same name.
  case overlappingEntries(path: String, first: String, second: String)
  /// The bytes of an entry are not those that were written.
  case wrongChecksum(path: String, entry: String)
  /// The pickle breaks its own grammar at this byte.
  case malformedPickle(path: String, offset: Int, fault: String)
  /// An opcode outside the whitelist.
  case forbiddenOpcode(path: String, offset: Int, opcode: UInt8)
  /// The safetensors header breaks its grammar at this byte.
  case malformedHeader(path: String, offset: Int, fault: String)

  // MARK: Tensors

  /// A tensor whose type, shape, strides or place in the file cannot be true.
  case malformedTensor(path: String, name: String, fault: String)
  /// Two tensors of one name.
  case duplicateTensor(path: String, name: String)
  /// A readable file without a single tensor.
  case noTensors(path: String)
  /// The network needs a tensor that the file lacks.
  case missingTensor(path: String, name: String)
  /// The tensor has another shape than the network needs.
  case wrongShape(path: String, name: String, expected: Shape, found: Shape)
  /// The tensor holds another kind of number than the network needs.
  case wrongType(path: String, name: String, expected: String, found: ElementType)
  /// Tensors of the file that the network has no place for.
  case unreadTensors(path: String, names: [String])
}

extension CheckpointError: CustomStringConvertible {
  /// The file and the fault, in one line.
  public var description: String { "\(path): \(fault)" }

  /// The file at fault.
  public var path: String {
    switch self {
    case .missingFile(let path), .unreadable(let path, _), .unwritable(let path, _),
      .unknownFormat(let path, _), .unsupported(let path, _), .truncated(let path, _, _, _, _),
      .limitExceeded(let path, _, _, _), .malformedZip(let path, _, _),
      .compressedEntry(let path, _, _), .missingEntry(let path, _), .wrongChecksum(let path, _),
      .overlappingEntries(let path, _, _), .malformedPickle(let path, _, _),
      .forbiddenOpcode(let path, _, _), .malformedHeader(let path, _, _),
      .malformedTensor(let path, _, _), .duplicateTensor(let path, _), .noTensors(let path),
      .missingTensor(let path, _), .wrongShape(let path, _, _, _),
      .wrongType(let path, _, _, _), .unreadTensors(let path, _):
      path
    }
  }

  private var fault: String {
    switch self {
    case .missingFile: "no such file"
    case .unreadable(_, let reason): "cannot be read: \(reason)"
    case .unwritable(_, let reason): "cannot be written: \(reason)"
    case .unknownFormat(_, let bytes):
      "neither .safetensors nor a PyTorch .pt file (begins with "
        + bytes.map { hexadecimal($0) }.joined(separator: " ") + ")"
    case .unsupported(_, let what): what
    case .truncated(_, let what, let offset, let needed, let size):
      "truncated: \(what) needs \(needed) bytes at \(offset), the file has \(size)"
    case .limitExceeded(_, let what, let limit, let found):
      "\(what): \(found) is beyond the limit of \(limit)"
    case .malformedZip(_, let offset, let fault):
      "damaged zip directory at byte \(offset): \(fault)"
    case .compressedEntry(_, let entry, let method):
      "entry \(printable(entry)) is compressed (zip method \(method)); PyTorch stores entries"
        + " uncompressed: unpack and save the file again"
    case .missingEntry(_, let entry): "the archive has no entry \(printable(entry))"
    case .wrongChecksum(_, let entry):
      "entry \(printable(entry)) is damaged: its bytes do not match their checksum"
    case .overlappingEntries(_, let first, let second):
      "zip entries \(printable(first)) and \(printable(second)) overlap"
    case .malformedPickle(_, let offset, let fault): "damaged pickle at byte \(offset): \(fault)"
    case .forbiddenOpcode(_, let offset, let opcode):
      "pickle opcode \(hexadecimal(opcode)) at byte \(offset) is not one that weights need"
    case .malformedHeader(_, let offset, let fault):
      "damaged safetensors header at byte \(offset): \(fault)"
    case .malformedTensor(_, let name, let fault): "tensor \(printable(name)): \(fault)"
    case .duplicateTensor(_, let name): "tensor \(printable(name)) appears twice"
    case .noTensors: "holds no tensors"
    case .missingTensor(_, let name): "tensor \(printable(name)) is missing"
    case .wrongShape(_, let name, let expected, let found):
      "tensor \(printable(name)) is \(found), expected \(expected)"
    case .wrongType(_, let name, let expected, let found):
      "tensor \(printable(name)) holds \(found.name) numbers, expected \(expected)"
    case .unreadTensors(_, let names):
      "\(names.count) tensors have no place in the network: "
        + names.prefix(3).map(printable).joined(separator: ", ") + (names.count > 3 ? ", …" : "")
    }
  }
}

/// `0x2e`.
func hexadecimal(_ byte: UInt8) -> String {
  "0x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
}
