import Checkpoints
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Damaged files are refused or read, never fatal.
///
/// `FASTSAM_FUZZ_ROUNDS` raises the number of mutations of each file for a long run.
@Suite struct FuzzTests {
  @Test(arguments: GoldenFiles.all)
  func damageIsNeverFatal(name: String) throws {
    let rounds = getenv("FASTSAM_FUZZ_ROUNDS").flatMap { Int(String(cString: $0)) } ?? 60
    let sound = try GoldenFiles.bytes(name)
    var random = SeededGenerator(seed: 7)
    var refused = 0
    for _ in 0..<rounds {
      var damaged = sound
      for _ in 0..<Int.random(in: 1...4, using: &random) { damage(&damaged, &random) }
      if let error = try fault(of: damaged) {
        refused += 1
        #expect(!error.description.contains("\n"))
      }
    }
    #expect(refused > rounds / 10)
  }

  private func damage(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
    guard bytes.count > 16 else { return }
    let place = Int.random(in: 0..<bytes.count - 8, using: &random)
    switch Int.random(in: 0..<7, using: &random) {
    case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    case 1: bytes[place] = .random(in: 0...255, using: &random)
    case 2: bytes.removeLast(Int.random(in: 1...bytes.count / 2, using: &random))
    case 3:
      let extreme: [UInt8] = [0, 0x7f, 0x80, 0xff]
      let value = extreme[Int.random(in: 0..<4, using: &random)]
      for i in 0..<Int.random(in: 1...8, using: &random) { bytes[place + i] = value }
    case 4: bytes.remove(at: place)
    case 5:
      bytes.insert(.random(in: 0...255, using: &random), at: place)
    default:
      // Something that is legal elsewhere in the file.
      let from = Int.random(in: 0..<bytes.count - 8, using: &random)
      for i in 0..<8 { bytes[place + i] = bytes[from + i] }
    }
  }
}
