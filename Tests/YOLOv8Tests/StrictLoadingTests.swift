import Checkpoints
import Tensors
import TestSupport
import Testing
import YOLOv8

@Suite struct StrictLoadingTests {
  static let layout = GoldenYOLOv8.document.networks[1].layout

  /// The fault of the tiny network with an edited list of tensors.
  private func fault(
    _ edit: (inout [YOLOv8Layout.Entry]) -> Void
  ) throws -> CheckpointError? {
    var tensors = Self.layout.tensors
    edit(&tensors)
    let file = try HollowCheckpoint(tensors)
    do throws(CheckpointError) {
      _ = try YOLOv8Seg(weights: Checkpoint(path: file.path).weights())
      return nil
    } catch { return error.withoutPath }
  }

  @Test func theWholeListLoads() throws {
    #expect(try fault { _ in } == nil)
  }

  @Test("Each tensor is needed", arguments: layout.tensors.map(\.name))
  func missing(name: String) throws {
    let fault = try fault { tensors in tensors.removeAll { $0.name == name } }
    switch fault {
    case .missingTensor: break
    // Without its first tensor a bottleneck is not seen; then the sizes around it do not fit.
    case .wrongShape where name.contains(".m."): break
    default: Issue.record("\(name): \(fault.map(\.description) ?? "loaded")")
    }
  }

  @Test("Each tensor's shape is checked", arguments: layout.tensors.map(\.name))
  func wrongShape(name: String) throws {
    let fault = try fault { tensors in
      for i in tensors.indices where tensors[i].name == name {
        tensors[i].shape = Shape(tensors[i].shape.extents.map { $0 + 1 })
      }
    }
    switch fault {
    case .wrongShape, .malformedTensor, .missingTensor: break
    default: Issue.record("\(name): \(fault.map(\.description) ?? "loaded")")
    }
  }

  @Test func aTensorTooManyIsNamed() throws {
    let fault = try fault { $0.append(("model.23.conv.weight", [1, 1, 1, 1])) }
    #expect(fault == .unreadTensors(path: "", names: ["model.23.conv.weight"]))
  }

  @Test func countersOfTrainingStepsAreNoFault() throws {
    #expect(try fault { $0.append(("model.0.bn.num_batches_tracked", [])) } == nil)
  }

  @Test func aFusedNetworkLoads() throws {
    let fused = try fault { tensors in
      tensors.removeAll { $0.name.contains(".bn.") && !$0.name.hasSuffix(".bn.bias") }
      for i in tensors.indices where tensors[i].name.hasSuffix(".bn.bias") {
        tensors[i].name = String(tensors[i].name.dropLast(".bn.bias".count)) + ".conv.bias"
      }
    }
    #expect(fused == nil)
  }
}

extension CheckpointError {
  /// The same error of a file without a name, for comparison.
  fileprivate var withoutPath: CheckpointError {
    if case .unreadTensors(_, let names) = self { return .unreadTensors(path: "", names: names) }
    return self
  }
}
