import Regions
import TestSupport
import Testing

struct RunLengthTests {
  /// Foreign strings: each fault has its name, and none makes us allocate what it claims.
  @Test(arguments: [
    (3, 2, "7", RunLengthError.wrongTotal(found: nil, expected: 6)),
    (3, 2, "5", .wrongTotal(found: 5, expected: 6)),
    (3, 2, "", .wrongTotal(found: 0, expected: 6)),
    (3, 2, "O", .negativeCount(index: 0, count: -1)),
    (3, 2, "222M", .negativeCount(index: 3, count: -1)),
    (3, 2, "2 2", .unexpectedCharacter(offset: 1, byte: 32)),
    (3, 2, "2p", .unexpectedCharacter(offset: 1, byte: 112)),
    (3, 2, "2P", .truncated),
    (3, 2, "PPPPPPPP0", .numberTooLong(offset: 7)),
    (-1, 2, "0", .impossibleSize(width: -1, height: 2)),
    (1 << 20, 1 << 20, "0", .impossibleSize(width: 1 << 20, height: 1 << 20)),
    (Int.max, Int.max, "0", .impossibleSize(width: Int.max, height: Int.max)),
  ])
  func faults(_ width: Int, _ height: Int, _ text: String, _ expected: RunLengthError) {
    #expect(throws: expected) {
      try RunLength(width: width, height: height, compressed: text)
    }
  }

  @Test func faultsOfCounts() {
    #expect(throws: RunLengthError.negativeCount(index: 1, count: -2)) {
      try RunLength(width: 2, height: 2, counts: [3, -2])
    }
    #expect(throws: RunLengthError.wrongTotal(found: 3, expected: 4)) {
      try RunLength(width: 2, height: 2, counts: [1, 2])
    }
    #expect(throws: RunLengthError.wrongTotal(found: nil, expected: 4)) {
      try RunLength(width: 2, height: 2, counts: [1, Int.max])
    }
  }

  @Test func zeroCountsAreRead() throws {
    // Column-major: (0,0) outside, (0,1) (1,0) inside through an empty run, (1,1) outside.
    let mask = try RunLength(width: 2, height: 2, counts: [1, 1, 0, 1, 1]).mask()
    #expect(!mask[0, 0] && mask[0, 1] && mask[1, 0] && !mask[1, 1])
    #expect(RunLength(mask).counts == [1, 2, 1])
  }

  @Test func picturesWithoutPixels() throws {
    let none = Mask(width: 0, height: 5)
    #expect(RunLength(none).counts == [0])
    #expect(try RunLength(width: 0, height: 5, counts: [0]).mask() == none)
  }

  @Test(arguments: UInt64(0)..<40)
  func anyWindowGivesTheSameRuns(_ seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let width = [1, 63, 64, 65, 130].randomElement(using: &random) ?? 1
    let height = [1, 63, 64, 65, 129].randomElement(using: &random) ?? 1
    let share = Double.random(in: 0...1, using: &random)
    var whole = Mask(width: width, height: height)
    for y in 0..<height {
      for x in 0..<width { whole[x, y] = Double.random(in: 0..<1, using: &random) < share }
    }
    // A reference straight from the definition.
    var counts = [0], inside = false
    for x in 0..<width {
      for y in 0..<height {
        if whole[x, y] != inside {
          counts.append(0)
          inside.toggle()
        }
        counts[counts.count - 1] += 1
      }
    }
    #expect(RunLength(whole).counts == counts)
    let part = whole.cropped(
      to: PixelRectangle(x: width / 3, y: height / 4, width: width / 2, height: height / 2))
    let wide = part.union(Mask(width: width, height: height))
    #expect(RunLength(part) == RunLength(wide))
    #expect(RunLength(part).mask() == part)
    let text = RunLength(whole).compressed
    #expect(try RunLength(width: width, height: height, compressed: text).mask() == whole)
  }
}
