import Checkpoints

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The published weights on this machine: a folder with one `.safetensors` file for each name.
///
/// Nothing here touches the network but `get`, and nothing executes what it reads.
public struct WeightStore: Sendable {
  /// Where the files lie.
  public let folder: String
  /// Which names there are.
  public let manifest: WeightManifest

  /// A store in `folder`, by default the user's cache: `$XDG_CACHE_HOME/fastsam`, or
  /// `~/.cache/fastsam`.
  public init(
    folder: String = WeightStore.defaultFolder(), manifest: WeightManifest = .published
  ) {
    self.folder = folder
    self.manifest = manifest
  }

  /// The user's cache folder for this program.
  ///
  /// - SeeAlso: XDG Base Directory Specification: a relative path is invalid and ignored.
  public static func defaultFolder() -> String {
    func variable(_ name: String) -> String? {
      getenv(name).map { String(cString: $0) }.flatMap { $0.hasPrefix("/") ? $0 : nil }
    }
    return (variable("XDG_CACHE_HOME") ?? (variable("HOME") ?? "/tmp") + "/.cache") + "/fastsam"
  }

  /// Where the weights of an entry lie once they are here.
  public func path(of entry: WeightManifest.Entry) -> String {
    folder + "/" + entry.name + ".safetensors"
  }

  /// True where the weights of an entry are here.
  public func contains(_ entry: WeightManifest.Entry) -> Bool {
    FileSystem.byteCount(path(of: entry)) != nil
  }

  /// The file that `--weights` means: a path, or a known name.
  ///
  /// - Throws: `unknownName`, or `notDownloaded`, which says how to get it.
  public func resolve(_ pathOrName: String) throws(WeightStoreError) -> String {
    if FileSystem.byteCount(pathOrName) != nil { return pathOrName }
    guard let entry = manifest[pathOrName] else {
      throw .unknownName(name: pathOrName, known: manifest.weights.map(\.name))
    }
    guard contains(entry) else { throw .notDownloaded(name: entry.name) }
    return path(of: entry)
  }

  /// What `get` is doing.
  public enum Event: Sendable, Equatable {
    /// Another process downloads the same weights.
    case waiting
    /// Bytes received, and in total where known.
    case receiving(Int, of: Int?)
    /// The file came from the publisher, but differs from the one that mirrors have.
    case differsFromMirror(sha256: String)
    /// No hash is known to compare with; this is the file's own.
    case unverified(sha256: String)
  }

  /// Downloads, checks and imports the weights of `entry`, unless they are here; returns their path.
  ///
  /// Continues an interrupted download. Concurrent calls, of any number of processes, download
  /// once. The store never holds a file under its final name that is not complete and checked.
  public func get(
    _ entry: WeightManifest.Entry, events: (Event) -> Void = { _ in }
  ) throws(WeightStoreError) -> String {
    let target = path(of: entry)
    if contains(entry) { return target }
    try FileSystem.makeFolder(folder)
    let partial = folder + "/" + entry.name + ".part"
    let lock = try FileLock(path: partial + ".lock") { events(.waiting) }
    defer { withExtendedLifetime(lock) {} }
    if contains(entry) { return target }

    // The published file and what is imported from it lie side by side for a moment.
    let present = FileSystem.byteCount(partial) ?? 0
    if let needed = entry.byteCount, let free = FileSystem.freeByteCount(folder),
      free < 2 * needed - present
    {
      throw .noSpace(path: folder)
    }
    var texts: [String: [UInt8]] = [:]
    if let companion = entry.companion {
      texts[companion.tensor] = try text(companion, partial + ".companion", events)
    }
    let isCertain = entry.isFromMirror != true
    let download = Download(
      address: entry.address, path: partial,
      expectedByteCount: isCertain ? entry.byteCount : nil,
      hashIsKnown: isCertain && entry.sha256 != nil)
    try download.run { events(.receiving($0, of: $1)) }
    try keepingOnlyWhatHelps(download) { () throws(WeightStoreError) in
      let hash = try check(partial, entry, events)
      try importWeights(
        from: partial, to: target,
        remarks: ["source": entry.address, "source_sha256": hash, "license": entry.licence],
        texts: texts)
    }
    return target
  }

  /// Downloads and checks the text beside the weights.
  private func text(
    _ companion: WeightManifest.Companion, _ partial: String, _ events: (Event) -> Void
  ) throws(WeightStoreError) -> [UInt8] {
    let entry = WeightManifest.Entry(
      name: companion.tensor, address: companion.address, byteCount: companion.byteCount,
      sha256: companion.sha256)
    let download = Download(
      address: entry.address, path: partial, expectedByteCount: entry.byteCount, hashIsKnown: true)
    try download.run { events(.receiving($0, of: $1)) }
    return try keepingOnlyWhatHelps(download) { () throws(WeightStoreError) in
      _ = try check(partial, entry, events)
      guard let text = FileSystem.unpacked(partial, limit: Self.textLimit) else {
        throw .damagedText(address: companion.address)
      }
      return text
    }
  }

  /// CLIP's merges have 3 MB.
  private static let textLimit = 16 << 20

  /// Uses a complete download and removes it, also where it is of no use: more would not help.
  ///
  /// Only a disk that is full leaves it in place.
  private func keepingOnlyWhatHelps<R>(
    _ download: Download, _ use: () throws(WeightStoreError) -> R
  ) throws(WeightStoreError) -> R {
    do throws(WeightStoreError) {
      let result = try use()
      download.discard()
      return result
    } catch {
      if case .unwritable = error { throw error }
      download.discard()
      throw error
    }
  }

  /// The hash of a complete download, compared with what is known of it.
  private func check(
    _ path: String, _ entry: WeightManifest.Entry, _ events: (Event) -> Void
  ) throws(WeightStoreError) -> String {
    let isFromMirror = entry.isFromMirror ?? false
    if let expected = entry.byteCount, let found = FileSystem.byteCount(path), found != expected,
      !isFromMirror
    {
      throw .wrongSize(address: entry.address, expected: expected, found: found)
    }
    guard let hash = FileSystem.sha256(path) else {
      throw .unwritable(path: path, reason: "it vanished")
    }
    switch entry.sha256 {
    case hash?: break
    case nil: events(.unverified(sha256: hash))
    case .some where isFromMirror: events(.differsFromMirror(sha256: hash))
    case .some(let expected):
      throw .wrongHash(address: entry.address, expected: expected, found: hash)
    }
    return hash
  }
}
