import Foundation

#if canImport(Glibc)
  import Glibc
#endif

/// A tiny HTTP server on 127.0.0.1 that says what a test tells it to say.
///
/// One connection after another; it ends with the test, and after a hundred connections at the
/// latest.
final class LocalServer: @unchecked Sendable {
  // Sendable: `requests` is guarded by `lock`, the rest never changes.

  /// What comes back for one request; the connection is closed afterwards.
  struct Answer {
    var status = "200 OK"
    var headers: [String] = []
    var body: [UInt8] = []
    /// What the header says, where that is a lie.
    var contentLength: Int?
  }

  let port: Int
  private let descriptor: Int32
  private let lock = NSLock()
  private var received: [String] = []

  /// The requests so far, head only.
  var requests: [String] { lock.withLock { received } }

  var address: String { "http://127.0.0.1:\(port)/weights.pt" }

  /// Starts to listen; `answer` is called with the head of each request and its number from 0 on.
  init(_ answer: @escaping @Sendable (_ request: String, _ number: Int) -> Answer) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    self.descriptor = descriptor
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_addr.s_addr = inet_addr("127.0.0.1")
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutableBytes(of: &name) { bytes in
      guard let name = bytes.assumingMemoryBound(to: sockaddr.self).baseAddress else { return }
      bind(descriptor, name, size)
      listen(descriptor, 8)
      getsockname(descriptor, name, &size)
    }
    port = Int(UInt16(bigEndian: name.sin_port))
    Thread.detachNewThread { [self] in serve(answer) }
  }

  /// Stops to listen.
  func stop() { shutdown(descriptor, Int32(SHUT_RDWR)) }

  private func serve(_ answer: (String, Int) -> Answer) {
    defer { close(descriptor) }
    for number in 0..<100 {
      let connection = accept(descriptor, nil, nil)
      guard connection >= 0 else { return }
      var request = ""
      var piece = [UInt8](repeating: 0, count: 4096)
      while !request.contains("\r\n\r\n") {
        let count = recv(connection, &piece, piece.count, 0)
        guard count > 0 else { break }
        request += String(decoding: piece[..<count], as: UTF8.self)
      }
      lock.withLock { received.append(request) }
      let reply = answer(request, number)
      let head =
        ["HTTP/1.1 \(reply.status)", "Content-Length: \(reply.contentLength ?? reply.body.count)"]
        + reply.headers + ["Connection: close", "", ""]
      let bytes = Array(head.joined(separator: "\r\n").utf8) + reply.body
      var sent = 0
      while sent < bytes.count {
        let count = bytes[sent...].withUnsafeBytes {
          send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        guard count > 0 else { break }
        sent += count
      }
      close(connection)
    }
  }
}

extension LocalServer.Answer {
  /// The whole of `file`, or the rest that the request asks for.
  static func file(_ file: [UInt8], for request: String, tag: String = "\"one\"") -> Self {
    let lines = request.components(separatedBy: "\r\n")
    let condition = lines.first { $0.hasPrefix("If-Range: ") }.map { String($0.dropFirst(10)) }
    guard let range = lines.first(where: { $0.hasPrefix("Range: bytes=") }),
      let start = Int(range.dropFirst(13).prefix { $0.isNumber }),
      condition == nil || condition == tag
    else { return Self(headers: ["ETag: \(tag)"], body: file) }
    guard start < file.count else { return Self(status: "416 Range Not Satisfiable") }
    return Self(
      status: "206 Partial Content",
      headers: [
        "ETag: \(tag)", "Content-Range: bytes \(start)-\(file.count - 1)/\(file.count)",
      ],
      body: Array(file[start...]))
  }
}
