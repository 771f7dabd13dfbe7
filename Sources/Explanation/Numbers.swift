#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A number with so many decimals and a typographer's minus: −1.32.
func decimal(_ value: some BinaryFloatingPoint, _ places: Int = 2) -> String {
  let value = Double(value)
  guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "−∞" : "∞" }
  let scale = pow(10, Double(places))
  let scaled = (abs(value) * scale).rounded()
  guard scaled < 1e15 else { return (value < 0 ? "−" : "") + "\(abs(value))" }
  let digits = String(Int(scaled))
  let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
  let sign = value < 0 && scaled > 0 ? "−" : ""
  return sign + padded.dropLast(places) + (places > 0 ? "." + padded.suffix(places) : "")
}

/// A threshold with as many of three decimals as it has: 0.4.
func threshold(_ value: Double) -> String {
  var text = decimal(value, 3)
  while text.hasSuffix("0") { text.removeLast() }
  return text.hasSuffix(".") ? String(text.dropLast()) : text
}

/// A share as percent: 94 %, with a narrow space that does not break.
func percent(_ share: some BinaryFloatingPoint, _ places: Int = 0) -> String {
  decimal(Double(share) * 100, places) + "\u{202F}%"
}

/// A whole number with its thousands apart by narrow spaces: 11 790 483.
func grouped(_ number: Int) -> String {
  var text = ""
  for (index, digit) in String(number).reversed().enumerated() {
    if index > 0 && index % 3 == 0 && digit != "-" { text = "\u{202F}" + text }
    text = String(digit) + text
  }
  return text
}

/// `1 box`, `3 boxes`.
func counted(_ number: Int, _ one: String, _ many: String) -> String {
  grouped(number) + " " + (number == 1 ? one : many)
}
