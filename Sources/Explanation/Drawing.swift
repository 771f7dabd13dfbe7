import Outputs

/// A drawing as SVG: in the page it takes the page's colours, as a document it has them itself.
///
/// Coordinates are the drawing's own units, letters 12 to 14 of them high.
struct Drawing: Sendable {
  let width: Double, height: Double
  /// What it shows, for those who cannot see it.
  let title: String
  private(set) var body = ""

  init(width: Double, height: Double, title: String) {
    self.width = width
    self.height = height
    self.title = title
  }

  /// The element for the page.
  var element: String {
    """
    <svg viewBox="0 0 \(number(width)) \(number(height))" role="img" \
    aria-label="\(xmlEscaped(title))">
    \(body)</svg>

    """
  }

  /// A file of its own, on paper with a margin.
  var document: String {
    let margin = 14.0
    let (width, height) = (width + 2 * margin, height + 2 * margin)
    let corner = number(-margin)
    return """
      <svg xmlns="http://www.w3.org/2000/svg" \
      viewBox="\(corner) \(corner) \(number(width)) \(number(height))" \
      width="\(number(width))" height="\(number(height))">
      <title>\(xmlEscaped(title))</title>
      <style>\(Stylesheet.drawings)</style>
      <rect x="\(corner)" y="\(corner)" width="100%" height="100%" class="paper"/>
      \(body)</svg>

      """
  }

  /// A bar or a box; `style` is one of the classes of `Stylesheet.drawings`.
  mutating func rectangle(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ style: String,
    title: String? = nil, radius: Double = 0
  ) {
    let corners = radius > 0 ? " rx=\"\(number(radius))\"" : ""
    let content = title.map { "><title>\(xmlEscaped($0))</title></rect>" } ?? "/>"
    body +=
      "<rect x=\"\(number(x))\" y=\"\(number(y))\" width=\"\(number(max(width, 0)))\""
      + " height=\"\(number(max(height, 0)))\"\(corners) class=\"\(style)\"\(content)\n"
  }

  /// A line through points.
  mutating func line(_ points: [(x: Double, y: Double)], _ style: String) {
    let path = points.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ")
    body += "<polyline points=\"\(path)\" class=\"\(style)\"/>\n"
  }

  /// A line that ends in a tip, which points along an axis.
  mutating func arrow(_ points: [(x: Double, y: Double)]) {
    line(points, "wire")
    guard let end = points.last, let before = points.dropLast().last else { return }
    let (dx, dy) = (end.x - before.x, end.y - before.y)
    let length = (dx * dx + dy * dy).squareRoot()
    guard length > 0 else { return }
    let (ux, uy) = (dx / length, dy / length)
    let back = (x: end.x - 8 * ux, y: end.y - 8 * uy)
    let corners: [(x: Double, y: Double)] = [
      end, (back.x - 3.5 * uy, back.y + 3.5 * ux), (back.x + 3.5 * uy, back.y - 3.5 * ux),
    ]
    let path = corners.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ")
    body += "<polygon points=\"\(path)\" class=\"tip\"/>\n"
  }

  /// A line of text; `style` holds its size, weight and anchor.
  mutating func text(_ x: Double, _ y: Double, _ content: String, _ style: String = "label") {
    body +=
      "<text x=\"\(number(x))\" y=\"\(number(y))\" class=\"\(style)\">\(xmlEscaped(content))</text>\n"
  }

  /// Another drawing with its top-left corner at (x, y).
  mutating func place(_ other: Drawing, x: Double, y: Double) {
    body += "<g transform=\"translate(\(number(x)) \(number(y)))\">\n\(other.body)</g>\n"
  }

  /// At most two decimals, with a point.
  private func number(_ value: Double) -> String {
    guard value.isFinite else { return "0" }
    let hundredths = Int((min(max(value, -1e9), 1e9) * 100).rounded())
    return hundredths % 100 == 0 ? "\(hundredths / 100)" : "\(Double(hundredths) / 100)"
  }
}
