/// A colour, red, green, blue, 0…255 each.
public struct Colour: Sendable, Hashable {
  /// The components.
  public var red: UInt8, green: UInt8, blue: UInt8

  /// A colour of these components.
  public init(red: UInt8, green: UInt8, blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }
}

/// The colours of instances: the same number has the same colour in every picture and every run.
public enum Palette {
  /// The colour of instance `id`.
  ///
  /// Hues advance by the golden angle, which keeps any number of neighbours in the sequence as far
  /// apart as possible; every third is paler and every third darker, so that hues that come close
  /// after some rounds still differ.
  public static func colour(_ id: Int) -> Colour {
    let turn = (Double(id) * 0.618_033_988_749_895 + 0.08).truncatingRemainder(dividingBy: 1)
    let (saturation, value) = [(0.80, 1.0), (0.55, 1.0), (0.90, 0.82)][abs(id) % 3]
    // Hue, saturation, value to red, green, blue: each component is the value less the saturation's
    // share, by how far the hue is from its own third of the circle.
    func component(_ offset: Double) -> UInt8 {
      let position = (offset + turn * 6).truncatingRemainder(dividingBy: 6)
      let share = max(0, min(position, 4 - position, 1))
      return UInt8((255 * value * (1 - saturation * share)).rounded())
    }
    return Colour(red: component(5), green: component(3), blue: component(1))
  }
}
