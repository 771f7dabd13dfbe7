import Checkpoints
import Foundation
import Synchronization
import Testing
import WeightStore

/// Downloads from a server that may be honest, broken or hostile.
@Suite struct DownloadTests {
  let folder = TemporaryFolder()
  let weights: [UInt8]
  let hash: String

  init() throws {
    weights = try Data(contentsOf: URL(fileURLWithPath: goldenPath("model-half.pt"))).map { $0 }
    // As `sha256sum` writes it: hash, two spaces, name.
    let sums = try String(contentsOfFile: goldenPath("SHA256SUMS"), encoding: .utf8)
    let line = sums.split(separator: "\n").first { $0.hasSuffix("  model-half.pt") }
    hash = try String(#require(line).prefix(64))
  }

  private func store() -> WeightStore { WeightStore(folder: folder.path, manifest: .init([])) }

  private func entry(_ address: String, byteCount: Int? = nil, sha256: String? = nil)
    -> WeightManifest.Entry
  {
    WeightManifest.Entry(
      name: "tiny", address: address, byteCount: byteCount, sha256: sha256, licence: "none")
  }

  /// What lies in the folder, but for the lock.
  private var remains: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
      .filter { !$0.hasSuffix(".lock") }.sorted()
  }

  @Test func wholeFileIsCheckedImportedAndKept() throws {
    let weights = weights
    let server = LocalServer { request, _ in .file(weights, for: request) }
    defer { server.stop() }
    let wanted = entry(server.address, byteCount: weights.count, sha256: hash)
    let path = try store().get(wanted)
    #expect(remains == ["tiny.safetensors"])
    let imported = try Checkpoint(path: path)
    let original = try Checkpoint(path: goldenPath("model-half.pt"))
    #expect(imported.names.sorted() == original.names.sorted())
    #expect(imported.metadata["source_sha256"] == hash)
    #expect(imported.metadata["license"] == "none")
    // Now it is here: nobody asks the server again.
    #expect(try store().get(wanted) == path)
    #expect(server.requests.count == 1)
  }

  /// The weights of CLIP are of no use without the text that its tokenizer merges by.
  @Test func companionBecomesATensor() throws {
    // `printf 'a b\nc d\n' | gzip -n` and its `sha256sum`.
    let text: [UInt8] = [
      0x1f, 0x8b, 0x8, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x3, 0x4b, 0x54, 0x48, 0xe2, 0x4a, 0x56, 0x48,
      0xe1, 0x2, 0x0, 0x90, 0xa9, 0xc8, 0x49, 0x8, 0x0, 0x0, 0x0,
    ]
    let sum = "37e6bfafd5b6a4ef5a6abdcfc46eba88fea3744cb716951d6dec591e0eecea52"
    let weights = weights
    let server = LocalServer { request, _ in
      .file(request.contains("/merges.gz") ? text : weights, for: request)
    }
    defer { server.stop() }
    let companion = WeightManifest.Companion(
      tensor: "merges", address: "https://nowhere.invalid/x/merges.gz", byteCount: text.count,
      sha256: sum)
    let entry = WeightManifest.Entry(
      name: "tiny", address: "https://nowhere.invalid/x/weights.pt", companion: companion)
    let folder = String(server.address.dropLast("weights.pt".count))
    let imported = try Checkpoint(path: store().get(entry.at(folder)))
    #expect(imported["merges"]?.integers() == Array("a b\nc d\n".utf8).map { Int($0) })
    #expect(imported.names.count == 15)
    #expect(remains == ["tiny.safetensors"])
    #expect(try WeightVerification(imported).isSound)
  }

  @Test func interruptedDownloadContinuesWhereItEnded() throws {
    let weights = weights
    let server = LocalServer { request, number in
      var answer = LocalServer.Answer.file(weights, for: request)
      if number < 2 {
        answer.contentLength = answer.body.count
        answer.body.removeLast(answer.body.count / 2)
      }
      return answer
    }
    defer { server.stop() }
    let path = try store().get(entry(server.address, sha256: hash))
    #expect(try Checkpoint(path: path).metadata["source_sha256"] == hash)
    let asked = server.requests.map { request in
      request.components(separatedBy: "\r\n").first { $0.hasPrefix("Range") } ?? ""
    }
    let half = weights.count - weights.count / 2
    let rest = weights.count - half
    #expect(asked == ["", "Range: bytes=\(half)-", "Range: bytes=\(half + rest - rest / 2)-"])
    #expect(server.requests[1].contains("If-Range: \"one\""))
  }

  /// Between two attempts the publisher replaced the file: no chimera of both.
  @Test func otherVersionBeginsAnew() throws {
    let weights = weights
    let server = LocalServer { request, number in
      var answer = LocalServer.Answer.file(weights, for: request, tag: "\"\(min(number, 1))\"")
      if number == 0 {
        answer.contentLength = weights.count
        answer.body = [UInt8](repeating: 0xaa, count: weights.count / 2)
      }
      return answer
    }
    defer { server.stop() }
    let path = try store().get(entry(server.address))
    #expect(try Checkpoint(path: path).metadata["source_sha256"] == hash)
    #expect(server.requests.count == 3)
  }

  /// The process ended between the last byte and the import: nothing is asked for again.
  @Test func completeRemainsAreUsed() throws {
    let server = LocalServer { _, _ in LocalServer.Answer(status: "404 Not Found") }
    defer { server.stop() }
    let part = folder.path + "/tiny.part"
    try Data(weights).write(to: URL(fileURLWithPath: part))
    try Data("HTTP/1.1 200 OK\r\nETag: \"one\"\r\nContent-Length: \(weights.count)\r\n\r\n".utf8)
      .write(to: URL(fileURLWithPath: part + ".headers"))
    let path = try store().get(entry(server.address))
    #expect(try Checkpoint(path: path).metadata["source_sha256"] == hash)
    #expect(server.requests.isEmpty)
  }

  /// A partial file of which nothing is known is not built upon.
  @Test func unknownRemainsAreNotContinued() throws {
    let weights = weights
    let server = LocalServer { request, _ in .file(weights, for: request) }
    defer { server.stop() }
    try Data(repeating: 0xaa, count: 100).write(
      to: URL(fileURLWithPath: folder.path + "/tiny.part"))
    let path = try store().get(entry(server.address))
    #expect(try Checkpoint(path: path).metadata["source_sha256"] == hash)
    #expect(server.requests.count == 1 && !server.requests[0].contains("Range"))
  }

  @Test func truncatedFileIsNeverKeptAsWeights() throws {
    let weights = weights
    let server = LocalServer { _, number in
      // Three times a little more, then nothing but promises.
      LocalServer.Answer(
        status: number == 0 ? "200 OK" : "206 Partial Content",
        headers: number == 0
          ? [] : ["Content-Range: bytes \(10 * number)-\(weights.count - 1)/\(weights.count)"],
        body: number < 3 ? Array(weights[10 * number..<10 * number + 10]) : [],
        contentLength: weights.count - 10 * number)
    }
    defer { server.stop() }
    #expect(
      throws: WeightStoreError.interrupted(
        address: server.address, received: 30, expected: weights.count)
    ) { try store().get(entry(server.address, byteCount: weights.count, sha256: hash)) }
    #expect(!remains.contains("tiny.safetensors"))
    #expect(remains.contains("tiny.part"))
  }

  /// A server that always ends early and cannot continue either.
  @Test func hopelessServerIsGivenUp() throws {
    let weights = weights
    let server = LocalServer { _, _ in
      LocalServer.Answer(body: Array(weights[..<1000]), contentLength: weights.count)
    }
    defer { server.stop() }
    #expect(
      throws: WeightStoreError.interrupted(
        address: server.address, received: 1000, expected: weights.count)
    ) { try store().get(entry(server.address, sha256: hash)) }
    #expect(server.requests.count == 4)
  }

  @Test func wrongHashIsRefusedAndRemoved() throws {
    var wrong = weights
    wrong[wrong.count / 2] ^= 1
    let server = LocalServer { [wrong] request, _ in .file(wrong, for: request) }
    defer { server.stop() }
    let error = #expect(throws: WeightStoreError.self) {
      try store().get(entry(server.address, byteCount: weights.count, sha256: hash))
    }
    guard case .wrongHash(_, hash, _)? = error else {
      return #expect(Bool(false), "\(error as Any)")
    }
    #expect(remains == [])
  }

  @Test(arguments: [1, -1])
  func wrongSizeIsRefusedAndRemoved(difference: Int) throws {
    let other = difference > 0 ? weights + [0] : Array(weights.dropLast())
    let server = LocalServer { request, _ in .file(other, for: request) }
    defer { server.stop() }
    #expect(
      throws: WeightStoreError.wrongSize(
        address: server.address, expected: weights.count, found: other.count)
    ) { try store().get(entry(server.address, byteCount: weights.count, sha256: hash)) }
    #expect(remains == [])
  }

  /// A login page instead of the file, where no hash is known.
  @Test func whatAreNoWeightsIsRefusedAndRemoved() throws {
    let server = LocalServer { _, _ in LocalServer.Answer(body: Array("<html></html>".utf8)) }
    defer { server.stop() }
    let error = #expect(throws: WeightStoreError.self) { try store().get(entry(server.address)) }
    #expect(error?.description.contains("neither .safetensors nor") == true)
    #expect(remains == [])
  }

  @Test(arguments: ["404 Not Found", "403 Forbidden", "500 Internal Server Error"])
  func refusalIsReportedWithItsStatus(status: String) throws {
    let server = LocalServer { _, _ in LocalServer.Answer(status: status) }
    defer { server.stop() }
    let error = #expect(throws: WeightStoreError.self) { try store().get(entry(server.address)) }
    #expect(
      error == .refused(address: server.address, status: Int(status.prefix(3)) ?? 0))
    #expect(!remains.contains("tiny.safetensors"))
  }

  @Test func endlessRedirectionEnds() throws {
    let server = LocalServer { _, _ in
      LocalServer.Answer(status: "302 Found", headers: ["Location: /weights.pt"])
    }
    defer { server.stop() }
    let error = #expect(throws: WeightStoreError.self) { try store().get(entry(server.address)) }
    guard case .unreachable? = error else { return #expect(Bool(false), "\(error as Any)") }
  }

  /// A redirection to a file of this machine must not be followed.
  @Test func redirectionOutOfTheWebIsNotFollowed() throws {
    let local = goldenPath("model-half.pt")
    let server = LocalServer { _, _ in
      LocalServer.Answer(status: "302 Found", headers: ["Location: file://\(local)"])
    }
    defer { server.stop() }
    let error = #expect(throws: WeightStoreError.self) { try store().get(entry(server.address)) }
    guard case .unreachable? = error else { return #expect(Bool(false), "\(error as Any)") }
    #expect(!remains.contains("tiny.safetensors"))
  }

  @Test func absurdSizeIsRefusedBeforeItComes() throws {
    let server = LocalServer { _, _ in LocalServer.Answer(body: [0], contentLength: 1 << 40) }
    defer { server.stop() }
    #expect(throws: WeightStoreError.tooLarge(address: server.address, limit: 4 << 30)) {
      try store().get(entry(server.address))
    }
    #expect(remains == [])
  }

  @Test func refusedConnectionIsReported() throws {
    let server = LocalServer { _, _ in LocalServer.Answer() }
    server.stop()
    Thread.sleep(forTimeInterval: 0.05)
    let error = #expect(throws: WeightStoreError.self) { try store().get(entry(server.address)) }
    guard case .unreachable(server.address, _)? = error else {
      return #expect(Bool(false), "\(error as Any)")
    }
  }

  @Test func fullDiskIsReported() throws {
    let weights = weights
    let server = LocalServer { request, _ in .file(weights, for: request) }
    defer { server.stop() }
    // The system's device on which every write fails for want of space stands in for the disk.
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/tiny.part", withDestinationPath: "/dev/full")
    #expect(throws: WeightStoreError.noSpace(path: folder.path + "/tiny.part")) {
      try store().get(entry(server.address, sha256: hash))
    }
    // Where the size is known, the server is not even asked.
    #expect(throws: WeightStoreError.noSpace(path: folder.path)) {
      try store().get(entry(server.address, byteCount: 1 << 60))
    }
    #expect(server.requests.count == 1)
  }

  @Test func concurrentCallsDownloadOnce() async throws {
    let weights = weights
    let server = LocalServer { request, _ in
      Thread.sleep(forTimeInterval: 0.2)
      return .file(weights, for: request)
    }
    defer { server.stop() }
    let wanted = entry(server.address, sha256: hash)
    let store = store()
    let waited = Atomic(0)
    let threads = (0..<4).map { _ in
      Thread {
        _ = try? store.get(wanted) { if $0 == .waiting { waited.add(1, ordering: .relaxed) } }
      }
    }
    for thread in threads { thread.start() }
    while threads.contains(where: { !$0.isFinished }) {
      try await Task.sleep(for: .milliseconds(5))
    }
    #expect(server.requests.count == 1)
    #expect(waited.load(ordering: .relaxed) == 3)
    #expect(remains == ["tiny.safetensors"])
  }

  @Test func progressEndsWithTheWholeAndUnknownHashIsSaid() throws {
    let weights = weights
    let server = LocalServer { request, _ in .file(weights, for: request) }
    defer { server.stop() }
    var events: [WeightStore.Event] = []
    _ = try store().get(entry(server.address)) { events.append($0) }
    #expect(events.last == .unverified(sha256: hash))
    #expect(events.contains(.receiving(weights.count, of: weights.count)))
  }
}
