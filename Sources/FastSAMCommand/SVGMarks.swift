import Outputs

/// A figure in the making, as SVG: marks in the order in which they lie over each other.
struct SVGMarks {
  private var body = ""

  mutating func rectangle(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, fill: String, line: String,
    radius: Double = 5, dashes: String? = nil
  ) {
    body += """
      <rect x="\(short(x))" y="\(short(y))" width="\(short(width))" height="\(short(height))" \
      rx="\(short(radius))" fill="\(fill)" stroke="\(line)"\(attribute(dashes))/>

      """
  }

  mutating func line(
    _ points: [(x: Double, y: Double)], colour: String = "#444", width: Double = 1.2,
    dashes: String? = nil, hasTip: Bool = false
  ) {
    let path = points.map { "\(short($0.x)),\(short($0.y))" }.joined(separator: " ")
    body += """
      <polyline points="\(path)" fill="none" stroke="\(colour)" stroke-width="\(short(width))"\
      \(attribute(dashes))\(hasTip ? " marker-end=\"url(#tip)\"" : "")/>

      """
  }

  mutating func polygon(_ points: [(x: Double, y: Double)], fill: String) {
    let path = points.map { "\(short($0.x)),\(short($0.y))" }.joined(separator: " ")
    body += "<polygon points=\"\(path)\" fill=\"\(fill)\"/>\n"
  }

  mutating func circle(
    _ x: Double, _ y: Double, radius: Double, fill: String, line: String = "none",
    opacity: Double = 1
  ) {
    body += """
      <circle cx="\(short(x))" cy="\(short(y))" r="\(short(radius))" fill="\(fill)" \
      fill-opacity="\(short(opacity))" stroke="\(line)"/>

      """
  }

  /// - Parameter turn: degrees, clockwise, about (x, y).
  mutating func text(
    _ x: Double, _ y: Double, _ content: String, size: Int, anchor: String = "middle",
    weight: String = "normal", colour: String = "#111", turn: Double = 0
  ) {
    let place =
      turn == 0 ? "" : " transform=\"rotate(\(short(turn)) \(short(x)) \(short(y)))\""
    body += """
      <text x="\(short(x))" y="\(short(y))" font-size="\(size)" text-anchor="\(anchor)" \
      font-weight="\(weight)" fill="\(colour)"\(place)>\(xmlEscaped(content))</text>

      """
  }

  /// The whole document on white.
  func document(width: Int, height: Int) -> String {
    """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" \
    width="\(width)" height="\(height)" font-family="Helvetica, Arial, sans-serif">
    <defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" \
    orient="auto"><path d="M0 0.5 L8 4 L0 7.5 z" fill="#444"/></marker></defs>
    <rect width="100%" height="100%" fill="#fff"/>
    \(body)</svg>

    """
  }

  private func attribute(_ dashes: String?) -> String {
    dashes.map { " stroke-dasharray=\"\($0)\"" } ?? ""
  }

  /// A hundredth of a pixel is more than anybody sees.
  private func short(_ value: Double) -> String {
    let text = column(value, decimals: 2, width: 0)
    guard text.hasSuffix("0") else { return text }
    return String(text.dropLast(text.hasSuffix(".00") ? 3 : 1))
  }
}
