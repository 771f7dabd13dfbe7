import Imaging
import Outputs

/// Pieces of the page: HTML that is XML too, so that either parser reads it.
enum Markup {
  /// A picture as its bytes: photographs and fine maps as JPEG, maps of few cells as PNG, whose cells
  /// stay sharp when they are enlarged.
  static func img(_ image: Image, alt: String, isMap: Bool = false) -> String {
    let isCoarse = isMap && max(image.width, image.height) <= 96
    let source =
      isCoarse
      ? "image/png;base64," + base64(image.encodedPNG())
      : "image/jpeg;base64," + base64(image.encodedJPEG(quality: isMap ? 84 : 82))
    return "<img src=\"data:\(source)\" width=\"\(image.width)\" height=\"\(image.height)\""
      + (isCoarse ? " class=\"cells\"" : "") + " alt=\"\(xmlEscaped(alt))\"/>"
  }

  /// A figure of one picture or drawing with its caption, which is markup.
  static func figure(_ content: String, caption: String, class style: String = "") -> String {
    "<figure\(style.isEmpty ? "" : " class=\"\(style)\"")>\(content)"
      + "<figcaption>\(caption)</figcaption></figure>\n"
  }

  /// Figures side by side where there is room.
  static func row(_ figures: [String], class style: String = "pair") -> String {
    "<div class=\"\(style)\">\n\(figures.joined())</div>\n"
  }

  /// Small maps in a grid, each with its label, under one caption, which is markup.
  static func tiles(_ tiles: [Tile], caption: String, class style: String = "") -> String {
    let items = tiles.map { tile in
      "<li>\(img(tile.image, alt: tile.alt, isMap: true))<span>\(tile.label)</span></li>\n"
    }
    return "<figure class=\"tiles \(style)\">\n<ol>\n\(items.joined())</ol>"
      + "<figcaption>\(caption)</figcaption></figure>\n"
  }

  /// A table of facts: what, and how much; values are markup.
  static func facts(_ rows: [(String, String)]) -> String {
    let lines = rows.map { "<tr><th scope=\"row\">\($0.0)</th><td>\($0.1)</td></tr>\n" }
    return "<table class=\"facts\"><tbody>\n\(lines.joined())</tbody></table>\n"
  }

  /// A paragraph of markup.
  static func p(_ text: String) -> String { "<p>\(text)</p>\n" }

  /// A colour scale with what stands at its ends.
  static func scale(_ map: ColourMap, _ low: String, _ high: String) -> String {
    "<span class=\"scale\">\(low)<i style=\"background:\(map.gradient)\"></i>\(high)</span>"
  }

  /// An equation on a line of its own.
  static func equation(_ text: String) -> String { "<p class=\"equation\">\(text)</p>\n" }
}

/// A small map with a label, in a grid of its like.
struct Tile: Sendable {
  let image: Image
  /// What stands under it, as plain text.
  let label: String
  /// What is to be seen, for those who cannot.
  let alt: String

  /// The `count` channels of a map whose values vary most over it, in the order of their numbers, no
  /// side longer than 160 pixels.
  static func busiest(_ count: Int, of channels: [Plane], named name: String) -> [Tile] {
    let deviations = channels.map(\.deviation)
    let busiest = channels.indices.sorted { (deviations[$0], $1) > (deviations[$1], $0) }
      .prefix(count).sorted()
    return busiest.map { channel in
      Tile(
        image: channels[channel].reduced(to: 160).normalised(), label: "\(channel)",
        alt: "\(name), channel \(channel)")
    }
  }
}
