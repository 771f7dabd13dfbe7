import ArgumentParser
import FastSAM
import WeightStore

/// `640` or `576x1024` (height first).
struct SizeArgument: ExpressibleByArgument {
  let size: ImageSize

  /// Far more than any picture needs, and less than would ask for terabytes.
  static let largest = 8192

  init?(argument: String) {
    let sides = argument.lowercased().split(separator: "x", omittingEmptySubsequences: false)
    let numbers = sides.compactMap { Int($0) }
    guard (1...2).contains(sides.count), numbers.count == sides.count,
      numbers.allSatisfy({ (1...Self.largest).contains($0) }),
      let height = numbers.first, let width = numbers.last
    else { return nil }
    size = ImageSize(height: height, width: width)
  }
}

/// `X,Y` or `X,Y,LABEL`.
struct PointArgument: ExpressibleByArgument {
  let point: PointPrompt

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    let numbers = parts.prefix(2).compactMap { Double($0) }
    guard (2...3).contains(parts.count), numbers.count == 2 else { return nil }
    let label = parts.count == 3 ? Int(parts[2]) : 1
    guard let label else { return nil }
    point = PointPrompt(x: numbers[0], y: numbers[1], label: label)
  }
}

/// `X1,Y1,X2,Y2`.
struct BoxArgument: ExpressibleByArgument {
  let box: BoxPrompt

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { Double($0) }
    guard parts.count == 4, numbers.count == 4 else { return nil }
    box = BoxPrompt(x1: numbers[0], y1: numbers[1], x2: numbers[2], y2: numbers[3])
  }
}

/// `overlay,json`.
struct FormatsArgument: ExpressibleByArgument {
  let formats: [OutputFormat]

  init?(argument: String) {
    let names = argument.split(separator: ",", omittingEmptySubsequences: false)
    formats = names.compactMap { OutputFormat(rawValue: String($0)) }
    guard formats.count == names.count else { return nil }
  }

  static var allValueStrings: [String] { OutputFormat.allCases.map(\.rawValue) }
}

extension Profile: ExpressibleByArgument {}
extension MaskSize: ExpressibleByArgument {}

/// Which weights, how large, how many threads: what every command that runs the network takes.
struct NetworkOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Weights: a .pt or .safetensors file, or a name that `weights list` shows.",
      valueName: "file|name"))
  var weights = Checkpoint.demoName

  @Option(
    help: ArgumentHelp(
      "Network size in pixels, rounded up to a multiple of 32; default: what the weights say.",
      valueName: "N|HxW"))
  var size: SizeArgument?

  @Option(help: "Threads; default: all cores.")
  var threads: Int?

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads \(threads): must be from 1 to 1024")
    }
  }

  /// The network, opened.
  func segmenter() throws -> Segmenter {
    let threads = threads ?? ThreadPool.processorCount
    guard weights != Checkpoint.demoName else { return try Segmenter(threads: threads) }
    return try Segmenter(weights: WeightStore().resolve(weights), threads: threads)
  }
}

/// The weights of this name, or in this file.
func checkpoint(_ pathOrName: String) throws -> Checkpoint {
  pathOrName == Checkpoint.demoName
    ? try Checkpoint.demo() : try Checkpoint(path: WeightStore().resolve(pathOrName))
}
