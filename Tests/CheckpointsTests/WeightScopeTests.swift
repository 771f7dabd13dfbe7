import Checkpoints
import Tensors
import Testing

@Suite struct WeightScopeTests {
  let checkpoint: Checkpoint
  let weights: WeightScope

  init() throws {
    checkpoint = try Checkpoint(path: GoldenFiles.path("model-half.pt"))
    weights = checkpoint.weights()
  }

  @Test func descendsByKey() throws {
    let conv = weights["model"][1]["m.0"]["conv"]
    #expect(conv.path == "model.1.m.0.conv")
    let filter = try conv.tensor("weight", shape: [4, 4, 3, 3])
    #expect(filter.floats() == GoldenFiles.ramp([4, 4, 3, 3], seed: 6))
  }

  @Test func checksPresenceShapeAndType() throws {
    let path = checkpoint.path
    #expect(throws: CheckpointError.missingTensor(path: path, name: "model.7.weight")) {
      try weights["model.7"].tensor("weight", shape: [1])
    }
    #expect(
      throws: CheckpointError.wrongShape(
        path: path, name: "model.1.m.1.bias", expected: [3], found: [2])
    ) { try weights["model.1.m.1"].tensor("bias", shape: [3]) }
    #expect(
      throws: CheckpointError.wrongType(
        path: path, name: "model.0.bn.num_batches_tracked", expected: "floating-point",
        found: .int64)
    ) { try weights["model.0.bn"].tensor("num_batches_tracked", shape: []) }
    #expect(try weights["model.0.conv"].optional("bias", shape: [4]) == nil)
  }

  @Test func tellsWhatIsThereWithoutTakingIt() {
    #expect(weights.children == ["model"])
    #expect(weights["model.1.m"].children == ["0", "1"])
    #expect(weights["model.1"].contains("m.0.conv"))
    #expect(weights["model.1"].contains("m.1.bias"))
    #expect(!weights["model.1"].contains("m.1.bi"))
    #expect(weights["model.1.m.1"].shape(of: "weight") == [2, 4, 1, 1])
    #expect(weights["model.1.m.1"].shape(of: "nothing") == nil)
    #expect(weights.unreadNames.count == 12)
  }

  @Test func remembersWhatWasTaken() throws {
    let last = weights["model.1.m.1"]
    _ = try last.tensor("weight", shape: [2, 4, 1, 1])
    #expect(last.unreadNames == ["model.1.m.1.bias"])
    #expect(
      throws: CheckpointError.unreadTensors(path: checkpoint.path, names: ["model.1.m.1.bias"])
    ) { try last.requireAllRead() }
    _ = try last.optional("bias", shape: [2])
    try last.requireAllRead()
    // A second loading begins anew; the counter of training steps is nobody's business.
    let again = checkpoint.weights()["model.1.m.1"]
    #expect(again.unreadNames.count == 2)
    #expect(weights["model.0.bn"].unreadNames.count == 4)
  }
}
