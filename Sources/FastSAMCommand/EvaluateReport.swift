import Evaluation
import FastSAM
import JSON

/// The figures of an evaluation, for people and for programs.
struct EvaluateReport {
  let source: String
  let pictures: Int
  let proposals: Int
  /// The regions that people marked; nil where only edges were judged.
  let annotations: Int?
  let scores: [(measure: Measure, scores: ProposalScores)]
  let edges: EdgeScores?

  /// One line of the table.
  private struct Row: Sendable {
    let name: String
    let key: String
    let value: @Sendable (ProposalScores) -> Double?
  }

  private static let rows: [Row] = {
    var rows: [Row] = []
    let limits = EvaluationProtocol.limits, last = limits.count - 1
    let sizes: [SizeRange] = [.small, .medium, .large]
    func add(
      _ name: String, _ key: String, _ value: @escaping @Sendable (ProposalScores) -> Double?
    ) {
      rows.append(Row(name: name, key: key, value: value))
    }
    for (index, limit) in limits.enumerated() {
      add("AR@\(limit)", "ar_\(limit)") { $0.averageRecall[.all]?[index] }
    }
    for size in sizes {
      add("AR@\(limits[last]) \(size)", "ar_\(limits[last])_\(size)") {
        $0.averageRecall[size]?[last]
      }
    }
    add("AUC", "auc") { $0.areaUnderRecall }
    add("AP", "ap") { $0.averagePrecision[.all] }
    add("AP50", "ap_50") { $0.precisionAtHalf }
    add("AP75", "ap_75") { $0.precisionAtThreeQuarters }
    for size in sizes { add("AP \(size)", "ap_\(size)") { $0.averagePrecision[size] } }
    add("mean best IoU", "mean_best_iou") { $0.meanBestOverlap[.all] }
    for size in sizes {
      add("mean best IoU \(size)", "mean_best_iou_\(size)") { $0.meanBestOverlap[size] }
    }
    add("best IoU ≥ .5", "best_iou_half") { $0.halfCovered }
    return rows
  }()

  private var edgeRows: [(name: String, key: String, value: Double)] {
    edges.map {
      [
        ("ODS", "ods", $0.ods), ("OIS", "ois", $0.ois), ("AP", "ap", $0.averagePrecision),
        ("R50", "r50", $0.recallAtHalf),
      ]
    } ?? []
  }

  /// What was judged, and a table of figures; – where no region is of that size.
  var text: String {
    let marked = annotations.map { ", \(grouped($0)) marked regions" } ?? ""
    var lines = [
      "\(source): \(grouped(pictures)) pictures, \(grouped(proposals)) proposals\(marked)"
    ]
    func figure(_ value: Double?) -> String {
      value.map { column($0, decimals: 3, width: 0) } ?? "–"
    }
    if !scores.isEmpty {
      var table = TextTable([""] + scores.map { ">\($0.measure)" })
      for row in Self.rows {
        table.append([row.name] + scores.map { figure(row.value($0.scores)) })
      }
      lines += [""] + table.lines
    }
    if !edgeRows.isEmpty {
      var table = TextTable(["", ">edges"])
      for row in edgeRows { table.append([row.name, figure(row.value)]) }
      lines += [""] + table.lines
    }
    return lines.map { $0 + "\n" }.joined()
  }

  /// The same figures, unrounded; `null` where no region is of that size.
  var json: [UInt8] {
    var json = JSONText()
    json.raw("{\"schema\": \"fastsam.evaluation/1\",\n \"source\": ")
    json.string(source)
    json.raw(", \"pictures\": \(pictures), \"proposals\": \(proposals)")
    if let annotations { json.raw(", \"annotations\": \(annotations)") }
    for (measure, scores) in scores {
      json.raw(",\n ")
      json.key(measure.rawValue)
      object(&json, Self.rows.map { ($0.key, $0.value(scores)) })
    }
    if edges != nil {
      json.raw(",\n \"edges\": ")
      object(&json, edgeRows.map { ($0.key, $0.value) })
    }
    json.raw("}\n")
    return json.bytes
  }

  private func object(_ json: inout JSONText, _ fields: [(String, Double?)]) {
    json.raw("{")
    for (index, field) in fields.enumerated() {
      if index > 0 { json.raw(", ") }
      json.key(field.0)
      json.number(field.1 ?? .nan)
    }
    json.raw("}")
  }
}
