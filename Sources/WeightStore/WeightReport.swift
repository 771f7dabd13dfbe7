import Checkpoints
import Tensors

/// What is inside a weights file, for people: `weights inspect` and `weights verify` print it.
public struct WeightReport: Sendable {
  /// One numbered module of a network, or one named part of it.
  public struct Block: Sendable, Equatable {
    /// `model.22`.
    public let name: String
    /// How many tensors it has.
    public var tensors = 0
    /// How many numbers were learned: running statistics and constant masks are not counted.
    public var parameters = 0
  }

  /// The blocks in the order of the file.
  public let blocks: [Block]
  /// How many tensors hold which kind of number, the most frequent first.
  public let precision: [(type: ElementType, tensors: Int)]
  private let checkpoint: Checkpoint

  /// The report on a file; reads names and shapes only.
  public init(_ checkpoint: Checkpoint) {
    self.checkpoint = checkpoint
    var blocks: [Block] = []
    var position: [String: Int] = [:]
    var counts: [ElementType: Int] = [:]
    for tensor in checkpoint.tensors {
      counts[tensor.type, default: 0] += 1
      let name = Self.blockName(tensor.name)
      let index = position[name] ?? blocks.count
      if index == blocks.count {
        position[name] = index
        blocks.append(Block(name: name))
      }
      blocks[index].tensors += 1
      if Self.isLearned(tensor) { blocks[index].parameters += tensor.count }
    }
    self.blocks = blocks
    self.precision = counts.map { (type: $0.key, tensors: $0.value) }
      .sorted { ($1.tensors, $0.type.name) < ($0.tensors, $1.type.name) }
  }

  /// How many numbers were learned.
  public var parameterCount: Int { blocks.reduce(0) { $0 + $1.parameters } }

  /// The report in lines, without the blocks; `first` lines come ahead of its own.
  public func summary(after first: [(label: String, text: String)] = []) -> [String] {
    var lines = first
    lines.append(("format", "\(checkpoint.format.rawValue), \(checkpoint.fileByteCount) bytes"))
    lines.append(("parameters", "\(parameterCount) in \(checkpoint.names.count) tensors"))
    let types = precision.map { "\($0.type.name) (\($0.tensors) tensors)" }
    lines.append(("precision", types.joined(separator: ", ")))
    if let size = checkpoint.imageSize { lines.append(("trained at", "\(size) pixels")) }
    if !checkpoint.classNames.isEmpty {
      let names = checkpoint.classNames.sorted { $0.key < $1.key }
      let shown = names.prefix(8).map { "\($0.key) \(Self.printable($0.value))" }
      let rest = names.count > 8 ? ", … (\(names.count))" : ""
      lines.append(("classes", shown.joined(separator: ", ") + rest))
    }
    for (key, value) in checkpoint.metadata.sorted(by: { $0.key < $1.key })
    where !["format", "imgsz", "names"].contains(key) {
      let label = key == "license" ? "licence" : Self.printable(key)
      lines.append((label, Self.printable(value)))
    }
    let width = (lines.map(\.label.count).max() ?? 0) + 2
    return lines.map { $0.label.padded(to: width) + $0.text }
  }

  /// One line for each block.
  public var table: [String] {
    let width = max(5, blocks.map(\.name.count).max() ?? 0) + 2
    func line(_ name: String, _ tensors: String, _ parameters: String) -> String {
      name.padded(to: width) + tensors.padded(to: 7, onTheLeft: true)
        + parameters.padded(to: 13, onTheLeft: true)
    }
    return [line("block", "tensors", "parameters")]
      + blocks.map { line(Self.printable($0.name), "\($0.tensors)", "\($0.parameters)") }
  }

  /// `model.22` of `model.22.cv2.0.0.conv.weight`, `visual` of `visual.proj`.
  private static func blockName(_ name: String) -> String {
    let parts = name.split(separator: ".", maxSplits: 2)
    guard parts.count > 1, parts[1].allSatisfy(\.isWholeNumber) else {
      return parts.first.map(String.init) ?? name
    }
    return "\(parts[0]).\(parts[1])"
  }

  private static func isLearned(_ tensor: WeightTensor) -> Bool {
    tensor.type.isFloating
      && !["running_mean", "running_var", "attn_mask"].contains { tensor.name.hasSuffix($0) }
  }

  /// A foreign text in one line of a terminal.
  private static func printable(_ text: String) -> String {
    String(text.prefix(200).map { $0.isNewline || $0.isControl ? " " : $0 })
  }
}

extension Character {
  fileprivate var isControl: Bool {
    unicodeScalars.contains { $0.properties.generalCategory == .control }
  }
}

extension String {
  fileprivate func padded(to width: Int, onTheLeft: Bool = false) -> String {
    let blank = String(repeating: " ", count: max(0, width - count))
    return onTheLeft ? blank + self : self + blank
  }
}
