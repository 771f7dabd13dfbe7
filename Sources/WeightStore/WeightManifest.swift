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
    /// A second file without which the weights are of no use.
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

    /// The same files at another address, that of the weights, or with a slash at its end that of a
    /// folder with all of them.
    public func at(_ place: String) -> Entry {
      func moved(_ address: String) -> String {
        guard place.hasSuffix("/"), let slash = address.lastIndex(of: "/") else { return place }
        return place + address[address.index(after: slash)...]
      }
      return Entry(
        name: name, about: about, address: moved(address), byteCount: byteCount, sha256: sha256,
        isFromMirror: isFromMirror, licence: licence,
        companion: companion.map { file in
          Companion(
            tensor: file.tensor,
            address: place.hasSuffix("/") ? moved(file.address) : file.address,
            byteCount: file.byteCount, sha256: file.sha256)
        })
    }
  }

  /// A text that becomes a tensor of bytes among the weights: the merges of CLIP's tokenizer.
  public struct Companion: Sendable, Equatable, Decodable {
    /// The name of the tensor.
    public let tensor: String
    /// The publisher's address of the text, plain or compressed with gzip.
    public let address: String
    /// The size of the published file in bytes.
    public let byteCount: Int
    /// The SHA-256 of the published file in lower-case hexadecimal.
    public let sha256: String

    /// A text of these properties.
    public init(tensor: String, address: String, byteCount: Int, sha256: String) {
      self.tensor = tensor
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
