/// Rows of text whose columns are as wide as they must be.
struct TextTable {
  private let rightAligned: [Bool]
  private var rows: [[String]]

  /// A table with these headings; a `>` before a heading aligns its column to the right.
  init(_ headings: [String]) {
    rightAligned = headings.map { $0.hasPrefix(">") }
    rows = [headings.map { $0.hasPrefix(">") ? String($0.dropFirst()) : $0 }]
  }

  mutating func append(_ row: [String]) { rows.append(row) }

  /// The lines; columns without content are left out.
  var lines: [String] {
    let used = rightAligned.indices.filter { column in
      rows.dropFirst().contains { !$0[column].isEmpty }
    }
    let widths = rightAligned.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      var line = ""
      for column in used {
        let space = String(repeating: " ", count: widths[column] - row[column].count)
        line += rightAligned[column] ? space + row[column] + "  " : row[column] + space + "  "
      }
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }
}

/// A number with its thousands apart: 11,790,483.
func grouped(_ number: Int) -> String {
  var text = ""
  for (index, digit) in String(number).reversed().enumerated() {
    if index > 0 && index % 3 == 0 && digit != "-" { text = "," + text }
    text = String(digit) + text
  }
  return text
}
