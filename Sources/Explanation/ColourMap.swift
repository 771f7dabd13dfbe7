import Imaging

/// 256 colours for the numbers from 0 to 1.
///
/// Both maps are straight lines of lightness in OKLCH, where equal steps look equal, so that no step
/// of a number looks larger than another.
///
/// - SeeAlso: B. Ottosson, A perceptual color space for image processing, 2020.
struct ColourMap: Sendable {
  private let colours: [Colour]

  /// From near black over blue and green to pale yellow, for amounts.
  static let amount = ColourMap { t in
    // The hue walks from violet to yellow the short way; chroma stays inside sRGB.
    let hue = (292 - 187 * t) * Double.pi / 180
    return Colour(lightness: 0.17 + 0.79 * t, chroma: 0.075 + 0.055 * t, hue: hue)
  }

  /// From blue over white to red, for signed numbers whose 0 is in the middle.
  static let balance = ColourMap { t in
    let side = 2 * t - 1
    let hue = (side < 0 ? 252.0 : 38) * Double.pi / 180
    return Colour(lightness: 0.975 - 0.5 * abs(side), chroma: 0.15 * abs(side), hue: hue)
  }

  private init(_ colour: (Double) -> Colour) {
    colours = (0..<256).map { colour(Double($0) / 255) }
  }

  /// The colour of a number; what lies beyond 0 … 1 has an end's colour, as has what is no number.
  subscript(value: Float) -> Colour {
    value > 0 ? colours[Int((min(value, 1) * 255).rounded())] : colours[0]
  }

  /// The map itself as a CSS gradient, for legends.
  var gradient: String {
    let stops = stride(from: 0, through: 255, by: 15).map { colours[$0].hexadecimal }
    return "linear-gradient(to right,\(stops.joined(separator: ",")))"
  }
}
