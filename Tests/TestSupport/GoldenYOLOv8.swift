import Foundation
import Tensors

/// What ultralytics computes for tiny networks (Tests/Golden/yolov8/generate.py).
public struct GoldenYOLOv8: Decodable, Sendable {
  /// One network and its values.
  public struct Network: Decodable, Sendable {
    /// `nc1-bins16`.
    public let name: String
    /// PyTorch's count of learned numbers.
    public let parameters: Int
    /// `model.0.conv.weight 8×3×3×3`, in the order of PyTorch's state dict.
    public let tensors: [String]
    /// The values that it computes, in summary.
    public let values: [Value]
    /// Its widths and depths.
    public let layout: YOLOv8Layout

    private enum CodingKeys: CodingKey { case name, parameters, tensors, values }

    /// Reads the layout from beside the other keys.
    public init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: CodingKeys.self)
      name = try fields.decode(String.self, forKey: .name)
      parameters = try fields.decode(Int.self, forKey: .parameters)
      tensors = try fields.decode([String].self, forKey: .tensors)
      values = try fields.decode([Value].self, forKey: .values)
      layout = try YOLOv8Layout(from: decoder)
    }
  }

  /// One tensor in summary: any change of an element, or of the order, shows.
  public struct Value: Decodable, Sendable {
    /// Whose value it is: `model.4`.
    public let name: String
    /// The extents, outermost first.
    public let shape: [Int]
    /// The largest magnitude, which scales the tolerance.
    public let largest: Double
    /// The sum of all elements weighed by hashes of their places, over the root of their number.
    public let checksum: Double
    /// Elements 1/16, 3/16 … 15/16 of the way through.
    public let elements: [Double]

    /// How far `tensor` is from it: the largest difference of an element or of the checksum, over the
    /// largest magnitude; infinite where the shapes differ.
    public func error(of tensor: Tensor) -> Double {
      guard tensor.shape == Shape(shape) else { return .infinity }
      let flat = tensor.elements
      let hashes = SyntheticNumbers.unit(flat.count, seed: SyntheticNumbers.seed(name))
      let sum = zip(flat, hashes).reduce(0) { $0 + Double($1.0) * (2 * $1.1 - 1) }
      var worst = abs(sum / Double(flat.count).squareRoot() - checksum)
      for (i, element) in elements.enumerated() {
        let difference = abs(Double(flat[(2 * i + 1) * flat.count / 16]) - element)
        worst = difference <= worst ? worst : difference  // keeps a NaN
      }
      return worst / largest
    }
  }

  /// The input's size.
  public let height: Int, width: Int
  /// The networks.
  public let networks: [Network]

  /// The committed file.
  public static let document: GoldenYOLOv8 = {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Golden/yolov8/yolov8.json")
    do {
      return try JSONDecoder().decode(GoldenYOLOv8.self, from: Data(contentsOf: file))
    } catch {
      fatalError("golden data at \(file.path): \(error)")
    }
  }()
}
