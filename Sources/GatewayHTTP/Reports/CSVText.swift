/// Rows of CSV by RFC 4180, one writer for every command and route.
package enum CSVText {
    /// A row without its end: fields between commas, in quotes where they need them.
    package static func row(_ fields: [String]) -> String { fields.map(field).joined(separator: ",") }

    /// Rows, each ended by CRLF.
    package static func lines(_ rows: [[String]]) -> String { rows.map { row($0) + "\r\n" }.joined() }

    /// A field, read by Unicode scalars: to a reader of bytes a quote stays one, whatever mark follows it. One that a
    /// spreadsheet would take for a formula gets an apostrophe before it.
    package static func field(_ text: String) -> String {
        let scalars = text.unicodeScalars
        let isFormula = scalars.first.map { "=+-@\t\r".unicodeScalars.contains($0) } ?? false
        let isShown = isFormula && Int(text) == nil
        let needsQuotes = scalars.contains { ",\"\r\n".unicodeScalars.contains($0) }
        guard isShown || needsQuotes else { return text }
        var field = String.UnicodeScalarView()
        if needsQuotes { field.append("\"") }
        if isShown { field.append("'") }
        for scalar in scalars {
            if scalar == "\"" { field.append("\"") }
            field.append(scalar)
        }
        if needsQuotes { field.append("\"") }
        return String(field)
    }
}
