/// A place in the picture that the wanted objects contain, or must not contain.
public struct PointPrompt: Sendable, Equatable {
  /// In the picture's pixels.
  public var x: Double, y: Double
  /// 1 wanted, 0 not wanted.
  public var label: Int

  /// A point, wanted unless the label is 0.
  public init(x: Double, y: Double, label: Int = 1) {
    self.x = x
    self.y = y
    self.label = label
  }
}

/// A rectangle that the wanted object fills.
public struct BoxPrompt: Sendable, Equatable {
  /// Left, top, right, bottom in the picture's pixels.
  public var x1: Double, y1: Double, x2: Double, y2: Double

  /// A rectangle from its left, top, right and bottom edges.
  public init(x1: Double, y1: Double, x2: Double, y2: Double) {
    self.x1 = x1
    self.y1 = y1
    self.x2 = x2
    self.y2 = y2
  }
}

/// A prompt of either kind.
public enum Prompt: Sendable, Equatable {
  /// A place in the picture's pixels; label 1 wanted, 0 not wanted.
  case point(x: Double, y: Double, label: Int = 1)
  /// A rectangle in the picture's pixels.
  case box(x1: Double, y1: Double, x2: Double, y2: Double)
}

/// What is wrong with a prompt.
public enum PromptError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A coordinate is not a finite number.
  case notANumber(String)
  /// A point's label is neither 0 nor 1.
  case label(Int)
  /// A prompt lies wholly outside the picture of this size.
  case outside(String, width: Int, height: Int)
  /// A box holds no pixel: its right edge must lie right of its left one, its bottom below its top.
  case emptyBox(String)
  /// Prompts of several kinds, for a profile that knows one kind at a time.
  case severalKinds(Profile)

  /// One line for a person.
  public var description: String {
    switch self {
    case .notANumber(let prompt): "\(prompt): coordinates must be finite numbers"
    case .label(let label): "point label \(label): must be 1 (wanted) or 0 (not wanted)"
    case .outside(let prompt, let width, let height):
      "\(prompt) lies outside the picture of \(width)×\(height) pixels"
    case .emptyBox(let prompt): "\(prompt) holds no pixel: x2 must exceed x1, and y2 exceed y1"
    case .severalKinds(let profile):
      "profile \(profile.rawValue) takes prompts of one kind at a time: points, boxes or text"
    }
  }
}

extension PointPrompt {
  /// Throws what is wrong with the point in a picture of this size; its right and bottom edges
  /// still count as inside.
  func validate(width: Int, height: Int) throws(PromptError) {
    let name = "point \(number(x)),\(number(y))"
    guard x.isFinite, y.isFinite else { throw .notANumber(name) }
    guard label == 0 || label == 1 else { throw .label(label) }
    guard x >= 0, y >= 0, x <= Double(width), y <= Double(height) else {
      throw .outside(name, width: width, height: height)
    }
  }
}

extension BoxPrompt {
  /// Throws what is wrong with the box in a picture of this size.
  func validate(width: Int, height: Int) throws(PromptError) {
    guard x1.isFinite, y1.isFinite, x2.isFinite, y2.isFinite else { throw .notANumber(name) }
    guard x2 > x1, y2 > y1 else { throw .emptyBox(name) }
    guard x2 > 0, y2 > 0, x1 < Double(width), y1 < Double(height) else {
      throw .outside(name, width: width, height: height)
    }
  }

  var name: String { "box \(number(x1)),\(number(y1)),\(number(x2)),\(number(y2))" }
}

/// A coordinate as a person would write it.
private func number(_ v: Double) -> String {
  v == v.rounded() && abs(v) < 1e15 ? String(Int(v)) : String(v)
}
