import Imaging

/// Maps side by side on one white picture, for files.
enum Sheet {
  private static let gap = 6

  /// A row of maps under each title, all stretched to one width by whole cells or samples.
  static func rows(_ rows: [(title: String, tiles: [Tile])], width cell: Int = 132) -> Image {
    let columns = rows.map(\.tiles.count).max() ?? 0
    let scaled = rows.map { row in (row.title, row.tiles.map { fitted($0.image, to: cell) }) }
    let line = Image.textSize("A", scale: 2).height
    let heights = scaled.map { $0.1.map(\.height).max() ?? 0 }
    var sheet = Image(
      width: max(columns * (cell + gap) + gap, 200),
      height: heights.reduce(0) { $0 + $1 + line + 2 * gap } + gap, filledWith: .white)
    var y = gap
    for ((title, images), height) in zip(scaled, heights) {
      sheet.drawText(title, x: gap, y: y, .black, on: .white, scale: 2)
      for (column, image) in images.enumerated() {
        sheet.paste(image, x: gap + column * (cell + gap), y: y + line)
      }
      y += line + height + 2 * gap
    }
    return sheet
  }

  /// Maps with their numbers in a grid of `columns`.
  static func grid(_ tiles: [Tile], columns: Int, width cell: Int = 136) -> Image {
    let images = tiles.map { fitted($0.image, to: cell) }
    let line = Image.textSize("A", scale: 2).height
    let height = images.map(\.height).max() ?? 0
    let rows = (tiles.count + columns - 1) / columns
    var sheet = Image(
      width: columns * (cell + gap) + gap, height: rows * (height + line + gap) + gap,
      filledWith: .white)
    for (index, image) in images.enumerated() {
      let x = gap + index % columns * (cell + gap),
        y = gap + index / columns * (height + line + gap)
      sheet.paste(image, x: x, y: y)
      sheet.drawText(
        ascii(tiles[index].label), x: x, y: y + image.height, .black, on: .white,
        scale: tiles[index].label.count > 10 ? 1 : 2)
    }
    return sheet
  }

  /// Whole pictures side by side, scaled to one height.
  static func strip(_ images: [Image], height: Int) -> Image {
    let scaled = images.map { image in
      let width = max(1, min(image.width * height / image.height, 4 * height))
      return image.height > height
        ? image.resizedBicubic(width: width, height: height)
        : image.sampled(width: width, height: height)
    }
    var strip = Image(
      width: scaled.reduce(-gap) { $0 + $1.width + gap }, height: height, filledWith: .white)
    var x = 0
    for image in scaled {
      strip.paste(image, x: x, y: 0)
      x += image.width + gap
    }
    return strip
  }

  /// No larger than a square of `side` in proportion, its cells kept sharp.
  private static func fitted(_ image: Image, to side: Int) -> Image {
    let scale = Double(side) / Double(max(image.width, image.height))
    func fitted(_ length: Int) -> Int { max(1, min(side, Int(Double(length) * scale))) }
    let (width, height) = (fitted(image.width), fitted(image.height))
    return scale < 1
      ? image.resizedBicubic(width: width, height: height)
      : image.sampled(width: width, height: height)
  }

  /// The drawn letters are ASCII.
  private static func ascii(_ text: String) -> String {
    String(text.map { $0 == "−" ? "-" : $0 == "\u{202F}" ? " " : $0 })
  }
}
