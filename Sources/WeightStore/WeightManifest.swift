import FoundationEssentials

/// The weights that are known by name: where their publishers keep them, and what they should be.
///
/// A copy of `Weights/manifest.json` is part of the program.
public struct WeightManifest: Sendable, Decodable {
  /// One published file.
  public struct Entry: Sendable, Equatable, Decodable {
    /// What a user types: `FastSAM-s`.
    public let name: String
    /// What it is, in a few words.
    public let about: String
    /// The publisher's address.
    public let address: String
    /// The size of the published file in bytes, where known.
    public let byteCount: Int?
    /// The SHA-256 of the published file in lower-case hexadecimal, where known.
    public let sha256: String?
    /// True where size and hash were taken from a mirror: a difference is reported, not refused.
    public let isFromMirror: Bool?
    /// Under which licence it was published, as far as known.
    public let licence: String

    /// What the file cannot be used without.
    public let companion: Companion?

    /// A file of these properties.
    public init(
      name: String, about: String = "", address: String, byteCount: Int? = nil,
      sha256: String? = nil, isFromMirror: Bool? = nil, licence: String = "",
      companion: Companion? = nil
    ) {
      self.name = name
      self.about = about
      self.address = address
      self.byteCount = byteCount
      self.sha256 = sha256
      self.isFromMirror = isFromMirror
      self.licence = licence
      self.companion = companion
    }

    /// The same file at another address.
    public func at(_ address: String) -> Entry {
      Entry(
        name: name, about: about, address: address, byteCount: byteCount, sha256: sha256,
        isFromMirror: isFromMirror, licence: licence, companion: companion)
    }
  }

  /// A small file that lies beside weights under a name of its own: a tokenizer's merges.
  public struct Companion: Sendable, Equatable, Decodable {
    /// What it is called in the store; several weights may share it.
    public let file: String
    /// The publisher's address.
    public let address: String
    /// The size in bytes.
    public let byteCount: Int
    /// The SHA-256 in lower-case hexadecimal.
    public let sha256: String

    /// A file of these properties.
    public init(file: String, address: String, byteCount: Int, sha256: String) {
      self.file = file
      self.address = address
      self.byteCount = byteCount
      self.sha256 = sha256
    }
  }

  /// All entries, in the order in which they are listed.
  public let weights: [Entry]

  /// A list of these entries.
  public init(_ weights: [Entry]) { self.weights = weights }

  /// The list that comes with the program.
  public static let published: WeightManifest = {
    let json = Data(PackageResources.manifest_json)
    guard let manifest = try? JSONDecoder().decode(WeightManifest.self, from: json) else {
      preconditionFailure("WeightManifest: the program's own list of weights is broken")
    }
    return manifest
  }()

  /// The entry of this name, whatever its case.
  public subscript(name: String) -> Entry? {
    weights.first { $0.name.lowercased() == name.lowercased() }
  }
}
