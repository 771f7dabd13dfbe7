import Imaging
import Testing

struct DrawingTests {
  private func blank(_ width: Int, _ height: Int) -> Image {
    Image(width: width, height: height, pixels: [UInt8](repeating: 0, count: width * height * 3))
  }

  /// The red channel as rows of `#` (255), `.` (0) and `+` (between).
  private func picture(_ image: Image) -> String {
    (0..<image.height).map { y in
      String(
        (0..<image.width).map { x in
          switch image.pixels[(y * image.width + x) * 3] {
          case 0: "."
          case 255: "#"
          default: "+"
          }
        })
    }.joined(separator: "\n")
  }

  @Test func lettersStandOnTheirPlate() {
    var image = blank(16, 9)
    image.drawText("0.", x: 1, y: 0, .white, on: .black)
    #expect(Image.textSize("0.") == (13, 9))
    #expect(
      picture(image) == """
        ................
        ...###..........
        ..#...#.........
        ..#..##.........
        ..#.#.#.........
        ..##..#.........
        ..#...#..##.....
        ...###...##.....
        ................
        """)
  }

  @Test func boxesLieInsideTheirEdges() {
    var image = blank(7, 5)
    image.drawBox(Box(x1: 0.6, y1: 1.2, x2: 6.4, y2: 9), .white, thickness: 1)
    #expect(
      picture(image) == """
        .......
        .#####.
        .#...#.
        .#...#.
        .#####.
        """)
  }

  @Test func linesAreSmoothAndClipped() {
    var image = blank(6, 3)
    image.drawLine(from: (-1000, 1.5), to: (4, 1.5), .white, thickness: 1)
    #expect(picture(image) == "......\n#####.\n......")
    image = blank(5, 5)
    image.drawLine(from: (0, 0), to: (5, 5), .white, thickness: 1)
    #expect(picture(image) == "#+...\n+#+..\n.+#+.\n..+#+\n...+#")
    let before = image
    image.drawLine(from: (.nan, 0), to: (3, 3), .white)
    image.drawLine(from: (40, 0), to: (40, 9), .white)
    image.drawDisc(x: -90, y: 2, radius: 5, .white)
    image.drawBox(Box(x1: 9, y1: 9, x2: 20, y2: 20), .white)
    image.drawText("off", x: -100, y: 90, .white, on: .white)
    #expect(image == before)
  }

  @Test func blendsWhereBitsAreSet() {
    var image = blank(140, 2)
    let bits: [UInt64] = [0b1011 | 1 << 63, .max]
    image.blend(
      Colour(red: 255, green: 128, blue: 0), opacity: 0.5, intoRow: 1, from: 2, width: 130,
      where: bits + [0xFF])
    let row = picture(image).split(separator: "\n")
    #expect(row[0] == Substring(String(repeating: ".", count: 140)))
    let inside = "++.+" + String(repeating: ".", count: 59) + String(repeating: "+", count: 67)
    #expect(row[1] == Substring(".." + inside + "........"))
    #expect(Array(image.pixels[142 * 3..<143 * 3]) == [128, 64, 0])
  }

  @Test func coloursAreFarFromTheirNeighbours() {
    for id in 0..<200 {
      let (a, b) = (Colour.distinct(id), Colour.distinct(id + 1))
      let (red, green, blue) = (
        Int(a.red) - Int(b.red), Int(a.green) - Int(b.green), Int(a.blue) - Int(b.blue)
      )
      #expect(red * red + green * green + blue * blue > 80 * 80, "\(id)")
    }
    #expect(Set((0..<60).map(Colour.distinct)).count == 60)
    #expect(Colour.white.legible == .black && Colour.black.legible == .white)
  }
}
