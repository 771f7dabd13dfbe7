/// The stems under which the results of a run's pictures are written.
public enum OutputNames {
  /// One stem for each path, all different.
  ///
  /// A stem is the file's base name without its suffix. Where several files share it, they keep the
  /// suffix (`dogs.jpg` and `dogs.png` give `dogs.jpg.json.json` and `dogs.png.json.json`); where
  /// that is not enough, because the files come from several folders, the second one gets `-2` and
  /// so on, in the order given. So nothing is overwritten within a run.
  ///
  /// Stems are compared without regard to case, since some file systems do so too.
  public static func stems(for paths: [String]) -> [String] {
    let names = paths.map(baseName)
    var shared: [String: Int] = [:]
    for name in names { shared[withoutSuffix(name).lowercased(), default: 0] += 1 }
    var wanted = names.map { name in
      let stem = withoutSuffix(name)
      return shared[stem.lowercased()] == 1 ? stem : name
    }
    // A number may itself be taken ("a-2.jpg" beside two "a.jpg"): count on until it is free.
    var taken: Set<String> = []
    for index in wanted.indices {
      var stem = wanted[index], number = 1
      while !taken.insert(stem.lowercased()).inserted {
        number += 1
        stem = "\(wanted[index])-\(number)"
      }
      wanted[index] = stem
    }
    return wanted
  }

  /// What follows the last slash of a path.
  public static func baseName(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  /// A base name up to its last dot; a name that only begins with a dot has no suffix.
  public static func withoutSuffix(_ name: String) -> String {
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
    return String(name[..<dot])
  }
}
