import FastSAM
import Testing

@testable import Explanation

@Suite struct FigureTests {
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
    ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
  ])
  func base64IsThatOfTheStandard(_ text: String, _ expected: String) {
    #expect(base64(Array(text.utf8)) == expected)
    #expect(base64([0xFB, 0xFF]) == "+/8=")
  }

  @Test func numbersAreTypeset() {
    #expect(decimal(-1.324) == "−1.32" && decimal(0.05, 1) == "0.1" && decimal(-0.001) == "0.00")
    #expect(decimal(12.5, 0) == "13" && decimal(Float.nan) == "NaN")
    #expect(decimal(-Double.infinity) == "−∞" && decimal(0.007, 3) == "0.007")
    #expect(threshold(0.4) == "0.4" && threshold(0.25) == "0.25" && threshold(1) == "1")
    #expect(grouped(1_234_567) == "1\u{202F}234\u{202F}567" && grouped(12) == "12")
    #expect(counted(1, "box", "boxes") == "1 box" && counted(0, "box", "boxes") == "0 boxes")
  }

  @Test func lightnessRisesWithTheAmount() {
    func luma(_ colour: Colour) -> Int {
      299 * Int(colour.red) + 587 * Int(colour.green) + 114 * Int(colour.blue)
    }
    let amounts = (0...255).map { luma(ColourMap.amount[Float($0) / 255]) }
    #expect(zip(amounts, amounts.dropFirst()).allSatisfy { $0 <= $1 + 300 })
    #expect(amounts[0] < 30_000 && amounts[255] > 220_000)
    let middle = ColourMap.balance[0.5], low = ColourMap.balance[0], high = ColourMap.balance[1]
    #expect(min(middle.red, middle.green, middle.blue) > 240)
    #expect(low.blue > low.red && high.red > high.blue)
    #expect(ColourMap.amount[.nan] == ColourMap.amount[0])
    #expect(ColourMap.amount[7] == ColourMap.amount[1])
  }

  @Test func planesAreReducedByMeans() {
    let plane = Plane(width: 5, height: 3, values: (0..<15).map(Float.init))
    #expect(plane.reduced(to: 5).values == plane.values)
    let small = plane.reduced(to: 3)
    #expect(small.width == 3 && small.height == 2)
    #expect(small.values == [3, 5, 6.5, 10.5, 12.5, 14])
  }

  @Test func brokenNumbersSpoilNoPlane() {
    let values: [Float] = [.nan, 1, 3, .infinity] + [Float](repeating: 2, count: 12)
    let plane = Plane(width: 4, height: 4, values: values)
    #expect(plane.percentiles(0, 1) == (1, 3))
    #expect(plane.deviation > 0 && plane.deviation < 1)
    let nothing = Plane(width: 1, height: 1, values: [.nan])
    #expect(nothing.percentiles(0.01, 0.99) == (0, 0) && nothing.deviation == 0)
    #expect(nothing.normalised().pixels.count == 3)
  }

  @Test func aStageKnowsItsPlaces() {
    let picture = ExplainedRuns.picture(width: 40, height: 20)
    let half = Stage(picture, side: 20)
    #expect(half.image.width == 20 && half.image.height == 10)
    #expect(half.place(40, 20) == (20, 10))
    let part = Stage(picture, part: PixelRectangle(x: 10, y: 5, width: 10, height: 5), side: 25)
    #expect(part.image.width == 20 && part.image.height == 10)
    #expect(part.place(10, 5) == (0, 0) && part.place(20, 10) == (20, 10))
    #expect(part.image.pixels.prefix(3) == picture.pixels[(5 * 40 + 10) * 3..<(5 * 40 + 11) * 3])
    let mask = Mask(
      width: 40, height: 20, filling: PixelRectangle(x: 10, y: 5, width: 5, height: 5))
    #expect(part.sampled(mask).count { $0 } == 100)
  }
}
