import Imaging

/// Whose geometry and prompt rules are followed.
public enum Profile: String, Sendable, CaseIterable {
  /// The `ultralytics` package, version 8.4.190.
  case ultralytics
  /// The FastSAM authors' repository, without its crashes.
  case official

  /// The profile's way back from network pixels to the picture's.
  var rule: Letterbox.Rule {
    switch self {
    case .ultralytics: .ultralytics
    case .official: .official
    }
  }
}

/// At which size masks are made.
public enum MaskSize: String, Sendable, CaseIterable {
  /// The picture's.
  case full
  /// The network input's, letterbox padding included.
  case network
}
