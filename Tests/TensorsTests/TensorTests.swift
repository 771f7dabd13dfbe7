import Tensors
import Testing

@Suite struct ShapeTests {
  @Test func countsAndPrints() {
    let shape: Shape = [1, 32, 160, 161]
    #expect(shape.rank == 4 && shape.count == 824_320 && shape[3] == 161)
    #expect(shape.description == "1×32×160×161")
  }

  @Test func scalarAndEmptyAreDifferentThings() {
    #expect(Shape([]).count == 1 && Shape([]).description == "scalar")
    #expect(Shape([0, 3]).count == 0 && Tensor([0, 3]).elements.isEmpty)
  }
}

@Suite struct TensorTests {
  @Test func lastAxisIsContiguous() {
    let tensor = Tensor([2, 3, 4], (0..<24).map(Float.init))
    #expect(tensor[1, 2, 3] == 23 && tensor[1, 0, 2] == 14 && tensor[0, 1, 0] == 4)
    #expect(tensor.reshaped([4, 6])[2, 1] == 13)
    #expect(tensor.reshaped([24]).elements == tensor.elements)
  }

  @Test func writingACopyLeavesTheOriginal() {
    let original = Tensor([2, 2], [1, 2, 3, 4])
    var copy = original
    copy[0, 1] = 9
    var view = original.reshaped([4])
    view.withUnsafeMutableElements { $0[0] = -1 }
    #expect(original.elements == [1, 2, 3, 4])
    #expect(copy.elements == [1, 9, 3, 4] && view.elements == [-1, 2, 3, 4])
  }

  @Test func writingASoleOwnerKeepsItsMemory() {
    var tensor = Tensor([3], [1, 2, 3])
    let before = tensor.withUnsafeElements { $0.baseAddress }
    tensor[2] = 5
    #expect(tensor.withUnsafeElements { $0.baseAddress } == before)
  }

  @Test func equalityIsOfShapeAndElements() {
    let tensor = Tensor([2, 2], [1, 2, 3, 4])
    #expect(tensor == Tensor([2, 2], [1, 2, 3, 4]))
    #expect(tensor != tensor.reshaped([4]))
    #expect(tensor != Tensor([2, 2], [1, 2, 3, 5]))
    let nan = Tensor([1], [.nan])
    #expect(nan != nan)
  }

  @Test func memoryStandsOnCacheLines() {
    for count in [0, 1, 7, 1000] {
      let address = Tensor([count]).withUnsafeElements { UInt(bitPattern: $0.baseAddress) }
      #expect(address != 0 && address % 64 == 0)
    }
  }

  @Test func tasksMayShareAndWriteTheirOwnCopies() async {
    let shared = Tensor([64], repeating: 1)
    await withTaskGroup(of: Float.self) { group in
      for i in 0..<16 {
        group.addTask {
          var own = shared
          own[i] = Float(i)
          return own.elements.reduce(0, +)
        }
      }
      var sums: [Float] = []
      for await sum in group { sums.append(sum) }
      #expect(sums.sorted() == (0..<16).map { Float(63 + $0) })
    }
    #expect(shared.elements.allSatisfy { $0 == 1 })
  }

  @Test func joinsAlongTheFirstAxis() {
    let joined = Tensor(joining: [Tensor([1, 2], [1, 2]), Tensor([2, 2], [3, 4, 5, 6])])
    #expect(joined == Tensor([3, 2], [1, 2, 3, 4, 5, 6]))
  }
}
