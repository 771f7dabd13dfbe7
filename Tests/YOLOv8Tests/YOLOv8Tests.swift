import Checkpoints
import Graphs
import Kernels
import Tensors
import TestSupport
import Testing
import YOLOv8

@Suite struct YOLOv8Tests {
  static let golden = GoldenYOLOv8.document

  @Test("Names and shapes are those of ultralytics' state dict", arguments: golden.networks)
  func stateDict(golden: GoldenYOLOv8.Network) {
    let ours = golden.layout.tensors.map { "\($0.name) \($0.shape)" }
    // Both orders are of the same modules: PyTorch keeps that of construction.
    #expect(Set(ours) == Set(golden.tensors) && ours.count == golden.tensors.count)
  }

  @Test("Every module computes what ultralytics' does", arguments: golden.networks)
  func computesTheReference(golden: GoldenYOLOv8.Network) throws {
    let file = try golden.layout.write()
    let network = try YOLOv8Seg(weights: Checkpoint(path: file.path).weights())
    #expect(network.parameters == golden.parameters)
    let expected = Dictionary(uniqueKeysWithValues: golden.values.map { ($0.name, $0) })
    let picture = SyntheticNumbers.picture(
      height: Self.golden.height, width: Self.golden.width)
    var seen: Set<String> = []
    Interpreter(network.graph, pool: ThreadPool(threads: 2)).run(picture) { name, value in
      // Inside a branch; what becomes of it is judged.
      if name.hasSuffix(".hidden") { return }
      seen.insert(name)
      guard let golden = expected[name] else {
        Issue.record("nothing is known of \(name)")
        return
      }
      #expect(golden.error(of: value) < 5e-6, "\(name)")
    }
    // Decoded predictions are another room's work.
    #expect(seen == Set(expected.keys.filter { !$0.hasPrefix("predictions") }))
  }

  @Test func architectureIsReadFromShapes() throws {
    let layout = Self.golden.networks[1].layout
    let file = try layout.write()
    let a = try YOLOv8Architecture(Checkpoint(path: file.path).weights()["model"])
    #expect([a.p1, a.p2, a.p3, a.p4, a.p5] == layout.stages)
    #expect([a.merge4, a.neck3, a.neck4, a.neck5] == layout.neck)
    #expect([a.repeats2, a.repeats3, a.repeats4, a.repeats5] == layout.repeats)
    #expect([a.repeats12, a.repeats15, a.repeats18, a.repeats21] == layout.neckRepeats)
    #expect(a.bins == 5 && a.classes == 3 && a.prototypes == 6 && a.prototypeChannels == 16)
    #expect([a.boxHidden, a.classHidden, a.coefficientHidden] == [20, 8, 6])
    #expect(a.variant == nil)
  }
}

@Suite struct PublishedVariantTests {
  /// The network of these shapes, from a file whose numbers are a hole: none of them is read.
  private func network(_ layout: YOLOv8Layout) throws -> (YOLOv8Seg, names: Int) {
    let file = try HollowCheckpoint(layout.tensors)
    let checkpoint = try Checkpoint(path: file.path)
    return (try YOLOv8Seg(weights: checkpoint.weights()), checkpoint.names.count)
  }

  @Test func smallHasItsPublishedParameters() throws {
    let (small, names) = try network(.s)
    #expect(small.parameters == 11_790_483)
    #expect(small.architecture.variant == "s")
    // PyTorch's 417 keys count a `num_batches_tracked` for each of 74 norms.
    let norms = YOLOv8Layout.s.tensors.count { $0.name.hasSuffix("running_var") }
    #expect(names + norms == 417)
  }

  @Test(arguments: [(bins: 26, parameters: 72_234_149), (bins: 16, parameters: 71_751_811)])
  func extraLargeHasItsPublishedParameters(bins: Int, parameters: Int) throws {
    let (large, _) = try network(.x(bins: bins))
    #expect(large.parameters == parameters)
    #expect(large.architecture.variant == "x" && large.architecture.bins == bins)
  }

  @Test func sizesOfTheFigure() throws {
    let graph = try network(.s).0.graph
    let sizes = graph.sizes(height: 640, width: 480)
    let strides = [2, 4, 4, 8, 8, 16, 16, 32, 32, 32, 16, 16, 16, 8, 8, 8, 16, 16, 16, 32, 32, 32]
    for (module, stride) in strides.enumerated() {
      let size = sizes[graph.node(named: "model.\(module)")]
      #expect(size == (640 / stride, 480 / stride), "model.\(module)")
    }
    #expect(sizes[graph.node(named: "prototypes")] == (160, 120))
    for (level, stride) in YOLOv8Seg.strides.enumerated() {
      #expect(sizes[graph.node(named: "boxes.\(level)")] == (640 / stride, 480 / stride))
      #expect(graph.nodes[graph.node(named: "boxes.\(level)")].channels == 64)
      #expect(graph.nodes[graph.node(named: "classes.\(level)")].channels == 1)
      #expect(graph.nodes[graph.node(named: "coefficients.\(level)")].channels == 32)
    }
  }
}
