#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// An 8-bit sRGB colour.
public struct Colour: Sendable, Hashable {
  /// The components, 0…255.
  public var red: UInt8, green: UInt8, blue: UInt8

  /// A colour of these components.
  public init(red: UInt8, green: UInt8, blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// The darkest colour.
  public static let black = Colour(red: 0, green: 0, blue: 0)
  /// The lightest colour.
  public static let white = Colour(red: 255, green: 255, blue: 255)

  /// The colour of instance `id`: always the same, and far from those of the ids around it.
  ///
  /// Hues go round by the golden ratio, which keeps any run of them apart; three lightnesses in turn
  /// help the eye where hues come close. Taken in OKLCH, where equal steps look equal, and cut off at
  /// the edges of sRGB.
  ///
  /// - SeeAlso: B. Ottosson, A perceptual color space for image processing, 2020.
  public static func distinct(_ id: Int) -> Colour {
    let turns = Double(id) * 0.618_033_988_749_894_8 + 0.08
    let hue = 2 * Double.pi * (turns - turns.rounded(.down))
    let lightness = [0.72, 0.60, 0.82][((id % 3) + 3) % 3]
    return Colour(lightness: lightness, chroma: 0.17, hue: hue)
  }

  /// OKLCH to sRGB, cut off at its edges; `hue` in radians.
  package init(lightness: Double, chroma: Double, hue: Double) {
    let (a, b) = (chroma * cos(hue), chroma * sin(hue))
    let cone = SIMD3(
      lightness + 0.3963377774 * a + 0.2158037573 * b,
      lightness - 0.1055613458 * a - 0.0638541728 * b,
      lightness - 0.0894841775 * a - 1.2914855480 * b)
    let (l, m, s) = (
      cone.x * cone.x * cone.x, cone.y * cone.y * cone.y, cone.z * cone.z * cone.z
    )
    self.init(
      red: Self.encoded(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
      green: Self.encoded(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
      blue: Self.encoded(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s))
  }

  /// A linear component as sRGB stores it.
  private static func encoded(_ linear: Double) -> UInt8 {
    let value = min(max(linear, 0), 1)
    let curved = value <= 0.0031308 ? 12.92 * value : 1.055 * pow(value, 1 / 2.4) - 0.055
    return UInt8((curved * 255).rounded())
  }

  /// Black or white, whichever is easier to read on this colour.
  public var legible: Colour {
    299 * Int(red) + 587 * Int(green) + 114 * Int(blue) > 140_000 ? .black : .white
  }
}
