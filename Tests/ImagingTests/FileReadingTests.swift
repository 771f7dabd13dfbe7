import Foundation
import Imaging
import TestSupport
import Testing

/// What is at the end of a path may be no file at all.
struct FileReadingTests {
  @Test func anEndlessDeviceIsNotReadToItsEnd() {
    let zeros = [UInt8](repeating: 0, count: 8)
    #expect(throws: ImageError.unknownFormat(source: "/dev/zero", beginning: zeros)) {
      try Image(contentsOf: "/dev/zero")
    }
  }

  @Test func aNamedPipeThatNobodyWritesIsNotWaitedFor() throws {
    let pipe = TemporaryFile(suffix: ".jpg")
    try #require(mkfifo(pipe.path, 0o600) == 0)
    #expect(throws: ImageError.self) { try Image(contentsOf: pipe.path) }
  }

  @Test func aPipeIsReadToItsEnd() throws {
    let picture = try Golden.file("png kind 2 depth 8 ")
    let pipe = Pipe()
    let writer = Thread {
      // In two pieces, of which the first does not show yet what it is.
      try? pipe.fileHandleForWriting.write(contentsOf: Data(picture.prefix(3)))
      Thread.sleep(forTimeInterval: 0.02)
      try? pipe.fileHandleForWriting.write(contentsOf: Data(picture.dropFirst(3)))
      try? pipe.fileHandleForWriting.close()
    }
    writer.start()
    let path = "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)"
    #expect(try Image(contentsOf: path) == Image(decoding: picture))
  }

  @Test(arguments: ["/nowhere/a.jpg", "/dev/null/a.jpg"])
  func whatIsNotThereIsMissing(path: String) {
    #expect(throws: ImageError.missing(path: path)) { try Image(contentsOf: path) }
  }
}
