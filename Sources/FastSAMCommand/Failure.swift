import ArgumentParser
import Evaluation
import Explanation
import FastSAM
import WeightStore

/// Why a command ends early: one line for a person and the exit code for a script (sysexits.h).
struct Failure: Error {
  /// What kind of fault it is.
  enum Kind: Int32 {
    case usage = 64
    case badData = 65
    case missingInput = 66
    case unavailable = 69
    case `internal` = 70
    case unwritable = 73
  }

  let kind: Kind
  let line: String

  init(_ kind: Kind, _ line: String) {
    self.kind = kind
    self.line = line
  }

  /// The failure that an error of any room amounts to.
  init(_ error: any Error) {
    switch error {
    case let failure as Failure: self = failure
    case let error as CheckpointError: self.init(error)
    case let error as WeightStoreError: self.init(error)
    case let error as CLIPError: self.init(error)
    case let error as ImageError:
      if case .missing = error {
        self.init(.missingInput, error.description)
      } else {
        self.init(.badData, error.description)
      }
    case let error as EvaluationError:
      if case .unreadable(let error) = error {
        self.init(error)
      } else {
        self.init(.badData, error.description)
      }
    case let error as FileError: self.init(.unwritable, error.description)
    case let error as PromptError: self.init(.usage, error.description)
    case let error as ExplanationError: self.init(.usage, error.description)
    default: self.init(.internal, "\(error)")
    }
  }

  private init(_ error: WeightStoreError) {
    switch error {
    case .unknownName, .notDownloaded: self.init(.missingInput, error.description)
    case .curlMissing, .unreachable, .refused, .interrupted:
      self.init(.unavailable, error.description)
    case .tooLarge, .wrongSize, .wrongHash, .damagedText: self.init(.badData, error.description)
    case .noSpace, .unwritable: self.init(.unwritable, error.description)
    case .notWeights(let error): self.init(error)
    }
  }

  private init(_ error: CheckpointError) {
    switch error {
    case .missingFile: self.init(.missingInput, error.description)
    case .unwritable: self.init(.unwritable, error.description)
    default: self.init(.badData, error.description)
    }
  }

  private init(_ error: CLIPError) {
    switch error {
    case .weights(let error): self.init(error)
    case .missingMerges: self.init(.missingInput, error.description)
    case .promptTooLong: self.init(.usage, error.description)
    case .notCLIP, .badMerges, .unreadable, .badConfiguration:
      self.init(.badData, error.description)
    }
  }

  /// Prints the line on standard error.
  func report() { standardError("fastsam: \(line)") }
}

/// Runs the body of a command; an error becomes its line on standard error and its exit code.
func reportingFailures(_ body: () throws -> Void) throws {
  do {
    try body()
  } catch let error as ExitCode {
    throw error
  } catch {
    let failure = Failure(error)
    failure.report()
    throw ExitCode(failure.kind.rawValue)
  }
}
