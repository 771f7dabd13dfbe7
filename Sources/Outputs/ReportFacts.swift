import Segmentation

/// What the documents say about the picture.
public struct PictureFacts: Sendable, Equatable {
  /// The base name of the picture's file.
  public var file: String
  /// The size in pixels.
  public var width: Int, height: Int

  /// A picture of this name and size.
  public init(file: String, width: Int, height: Int) {
    self.file = file
    self.width = width
    self.height = height
  }
}

/// What the documents say about the network.
public struct ModelFacts: Sendable, Equatable {
  /// What the weights call themselves.
  public var name: String
  /// The number of parameters before batch norms are folded into convolutions.
  public var parameters: Int
  /// The network input's size in pixels.
  public var height: Int, width: Int
  /// The names of the classes, by index.
  public var classNames: [String]

  /// A network as it was run.
  public init(name: String, parameters: Int, height: Int, width: Int, classNames: [String]) {
    self.name = name
    self.parameters = parameters
    self.height = height
    self.width = width
    self.classNames = classNames
  }

  /// The name of a class; its number where it has none.
  public func label(_ index: Int) -> String {
    classNames.indices.contains(index) ? classNames[index] : String(index)
  }
}

/// Where the time of one picture went, in seconds.
public struct StageTimings: Sendable, Equatable {
  /// Reading the picture.
  public var decode: Double = 0
  /// Scaling and padding it.
  public var letterbox: Double = 0
  /// The forward pass.
  public var network: Double = 0
  /// Finding the instances.
  public var boxes: Double = 0
  /// Making their masks, and whatever is written of each.
  public var masks: Double = 0
  /// From the beginning to the end.
  public var total: Double = 0

  /// No time at all.
  public init() {}
}

/// What is the same for all instances of a picture.
public struct ReportFacts: Sendable, Equatable {
  /// The picture.
  public var picture: PictureFacts
  /// The network.
  public var model: ModelFacts
  /// Whose rules were followed.
  public var profile: Profile
  /// How all instances compare with the texts, where that was asked for.
  public var rankings: [TextRanking]?

  /// The facts of one picture's run.
  public init(picture: PictureFacts, model: ModelFacts, profile: Profile) {
    self.picture = picture
    self.model = model
    self.profile = profile
  }
}
