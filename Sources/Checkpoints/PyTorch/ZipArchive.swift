import JSON

/// The directory of a zip file whose entries are read in place.
///
/// Safe before complete: what PyTorch writes (stored entries, zip64 where needed) is read, and every
/// number of the directory is checked against the file before it is used. No byte may belong to two
/// entries, so a small file cannot pose as a large one.
///
/// - SeeAlso: PKWARE APPNOTE 6.3.10, §4.3 (records) and §4.5.3 (zip64).
struct ZipArchive {
  struct Entry {
    let name: String
    let method: Int
    let checksum: UInt32
    /// From the local header to the last data byte.
    let extent: Range<Int>
    /// The data alone.
    let data: Range<Int>
  }

  /// More entries than any network has tensors.
  static let entryLimit = 1 << 18

  private let file: MappedFile
  private(set) var entries: [String: Entry] = [:]

  init(_ file: MappedFile) throws(CheckpointError) {
    self.file = file
    let directory = try Directory(file)
    entries.reserveCapacity(directory.entryCount)
    var extents: [(range: Range<Int>, name: String)] = []
    extents.reserveCapacity(directory.entryCount)
    var offset = directory.range.lowerBound
    for _ in 0..<directory.entryCount {
      let entry = try readEntry(at: &offset, before: directory.range)
      guard entries.updateValue(entry, forKey: entry.name) == nil else {
        throw .overlappingEntries(path: file.path, first: entry.name, second: entry.name)
      }
      extents.append((entry.extent, entry.name))
    }
    extents.sort { $0.range.lowerBound < $1.range.lowerBound }
    for (a, b) in zip(extents, extents.dropFirst()) where a.range.upperBound > b.range.lowerBound {
      throw .overlappingEntries(path: file.path, first: a.name, second: b.name)
    }
  }

  /// The bytes of the stored entry `name`.
  func data(_ name: String) throws(CheckpointError) -> Range<Int> {
    guard let entry = entries[name] else {
      throw .missingEntry(path: file.path, entry: name)
    }
    guard entry.method == 0 else {
      throw .compressedEntry(path: file.path, entry: name, method: entry.method)
    }
    return entry.data
  }

  /// Reads the central record at `offset` with the local header it points to, and moves on.
  private func readEntry(at offset: inout Int, before directory: Range<Int>)
    throws(CheckpointError) -> Entry
  {
    let start = offset
    guard start + 46 <= directory.upperBound,
      file.integer(UInt32.self, at: start) == 0x0201_4b50
    else { throw malformed(start, "no entry where the directory counts one") }
    let flags = file.integer(UInt16.self, at: start + 8)
    let method = Int(file.integer(UInt16.self, at: start + 10))
    let checksum = file.integer(UInt32.self, at: start + 16)
    let nameCount = Int(file.integer(UInt16.self, at: start + 28))
    let extraCount = Int(file.integer(UInt16.self, at: start + 30))
    let commentCount = Int(file.integer(UInt16.self, at: start + 32))
    let extraStart = start + 46 + nameCount
    offset = extraStart + extraCount + commentCount
    guard offset <= directory.upperBound else {
      throw malformed(start, "an entry's name reaches beyond the directory")
    }
    let name = file.text(start + 46..<extraStart)

    // Size, stored size and offset: in 32 bits, or in this order in the zip64 extra field.
    var wide = Zip64Fields(file, extraStart..<extraStart + extraCount)
    let size = wide.resolve(file.integer(UInt32.self, at: start + 24))
    let storedSize = wide.resolve(file.integer(UInt32.self, at: start + 20))
    let header = wide.resolve(file.integer(UInt32.self, at: start + 42))
    guard let size, let storedSize, let header else {
      throw malformed(start, "entry \(printable(name)) lacks its zip64 sizes")
    }
    guard flags & 1 == 0 else {
      throw .unsupported(path: file.path, what: "zip entry \(printable(name)) is encrypted")
    }
    guard method != 0 || size == storedSize else {
      throw malformed(start, "stored entry \(printable(name)) has two sizes")
    }
    guard header <= directory.lowerBound - 30, file.integer(UInt32.self, at: header) == 0x0403_4b50
    else { throw malformed(start, "entry \(printable(name)) points to no local header") }
    let localNameCount = Int(file.integer(UInt16.self, at: header + 26))
    let localExtraCount = Int(file.integer(UInt16.self, at: header + 28))
    let dataStart = header + 30 + localNameCount + localExtraCount
    guard dataStart <= directory.lowerBound, storedSize <= directory.lowerBound - dataStart else {
      throw .truncated(
        path: file.path, what: "zip entry \(printable(name))", offset: dataStart,
        needed: storedSize, fileSize: file.count)
    }
    guard file.text(header + 30..<header + 30 + localNameCount) == name else {
      throw malformed(header, "the local header of \(printable(name)) has another name")
    }
    return Entry(
      name: name, method: method, checksum: checksum, extent: header..<dataStart + storedSize,
      data: dataStart..<dataStart + storedSize)
  }

  private func malformed(_ offset: Int, _ fault: String) -> CheckpointError {
    .malformedZip(path: file.path, offset: offset, fault: fault)
  }
}

extension ZipArchive {
  /// Where the central directory lies.
  private struct Directory {
    let range: Range<Int>
    let entryCount: Int

    init(_ file: MappedFile) throws(CheckpointError) {
      func malformed(_ offset: Int, _ fault: String) -> CheckpointError {
        .malformedZip(path: file.path, offset: offset, fault: fault)
      }
      guard let end = Directory.endRecord(file) else {
        throw malformed(file.count, "no end record (is the file complete?)")
      }
      var count = UInt64(file.integer(UInt16.self, at: end + 10))
      var size = UInt64(file.integer(UInt32.self, at: end + 12))
      var start = UInt64(file.integer(UInt32.self, at: end + 16))
      if count == 0xffff || size == 0xffff_ffff || start == 0xffff_ffff,
        end >= 20, file.integer(UInt32.self, at: end - 20) == 0x0706_4b50
      {
        let record = file.integer(UInt64.self, at: end - 12)
        guard let record = Int(exactly: record), record <= end - 20 - 56,
          file.integer(UInt32.self, at: record) == 0x0606_4b50
        else { throw malformed(end - 20, "the zip64 end record is not where it should be") }
        count = file.integer(UInt64.self, at: record + 32)
        size = file.integer(UInt64.self, at: record + 40)
        start = file.integer(UInt64.self, at: record + 48)
      }
      guard let first = Int(exactly: start), let length = Int(exactly: size), first <= end,
        length <= end - first
      else { throw malformed(end, "the directory lies outside the file") }
      guard count <= UInt64(ZipArchive.entryLimit) else {
        throw .limitExceeded(
          path: file.path, what: "zip entries", limit: ZipArchive.entryLimit,
          found: Int(clamping: count))
      }
      // Each record has at least 46 bytes: nothing is reserved for entries that cannot be there.
      guard Int(count) <= length / 46 else {
        throw malformed(end, "\(count) entries do not fit in a directory of \(length) bytes")
      }
      self.range = first..<first + length
      self.entryCount = Int(count)
    }

    /// The end record: the last 22 bytes, or further ahead of a comment that fills the rest.
    private static func endRecord(_ file: MappedFile) -> Int? {
      let last = file.count - 22
      guard last >= 0 else { return nil }
      for offset in stride(from: last, through: max(0, last - 0xffff), by: -1)
      where file.integer(UInt32.self, at: offset) == 0x0605_4b50
        && Int(file.integer(UInt16.self, at: offset + 20)) == last - offset
      {
        return offset
      }
      return nil
    }
  }

  /// The 64-bit values of an extra field, taken in order by whoever has no room for his own.
  private struct Zip64Fields {
    private let file: MappedFile
    private var rest: Range<Int>

    init(_ file: MappedFile, _ extra: Range<Int>) {
      self.file = file
      self.rest = extra.upperBound..<extra.upperBound
      var offset = extra.lowerBound
      while offset + 4 <= extra.upperBound {
        let identifier = file.integer(UInt16.self, at: offset)
        let next = offset + 4 + Int(file.integer(UInt16.self, at: offset + 2))
        guard next <= extra.upperBound else { return }
        if identifier == 1 {
          rest = offset + 4..<next
          return
        }
        offset = next
      }
    }

    /// The value of a 32-bit field; nil where its 64-bit value is missing or absurd.
    mutating func resolve(_ narrow: UInt32) -> Int? {
      guard narrow == .max else { return Int(narrow) }
      guard rest.count >= 8 else { return nil }
      let value = file.integer(UInt64.self, at: rest.lowerBound)
      rest = rest.lowerBound + 8..<rest.upperBound
      return Int(exactly: value)
    }
  }
}
