import WebhookTrust

/// Durations and sizes as people write them, both ways.
enum SettingText {
    /// Whether a text is a host name in which parts may be `*`, or a name without such and a port.
    static func isRecordingHost(_ text: String) -> Bool {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        switch parts.count {
        case 1: return isHost(text.replacing("*", with: "any"))
        case 2: return isHost(parts[0]) && Int(parts[1]).map { (1...65_535).contains($0) } ?? false
        default: return false
        }
    }

    private static let durationUnits: [(String, Int64)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1),
    ]
    private static let sizeUnits: [(String, Int)] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)]

    /// A whole number with one of `ms`, `s`, `m`, `h`, `d`; nil for anything else.
    static func duration(_ text: String) -> Duration? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let count = Int64(digits), let unit = durationUnits.first(where: { $0.0 == text.dropFirst(digits.count) })
        else { return nil }
        let (milliseconds, overflow) = count.multipliedReportingOverflow(by: unit.1)
        return overflow ? nil : .milliseconds(milliseconds)
    }

    /// The shortest way to write a duration of whole milliseconds.
    static func duration(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000)
        let milliseconds = overflow ? Int64.max : whole + attoseconds / 1_000_000_000_000_000
        let unit = durationUnits.first { milliseconds != 0 && milliseconds % $0.1 == 0 } ?? ("s", 1_000)
        return "\(milliseconds / unit.1)\(unit.0)"
    }

    /// A whole number of bytes, or with one of `KiB`, `MiB`, `GiB`; nil for anything else.
    static func size(_ text: String) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let rest = text.dropFirst(digits.count)
        guard let count = Int(digits), let factor = rest.isEmpty ? 1 : sizeUnits.first(where: { $0.0 == rest })?.1
        else { return nil }
        let (bytes, overflow) = count.multipliedReportingOverflow(by: factor)
        return overflow ? nil : bytes
    }

    /// The shortest way to write a size.
    static func size(_ bytes: Int) -> String {
        guard let unit = sizeUnits.first(where: { bytes != 0 && bytes % $0.1 == 0 }) else { return String(bytes) }
        return "\(bytes / unit.1)\(unit.0)"
    }

    /// What ``isHost(_:)`` accepts, for messages.
    static let hostWords = "an IP address or a host name, without port"

    /// Whether this is an IP address or a host name (RFC 1123, section 2.1); what looks like an address must be one.
    static func isHost(_ text: String) -> Bool {
        if text.utf8.contains(UInt8(ascii: ":")) || text.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }) {
            return IPAddress(text) != nil
        }
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        return text.utf8.count <= 253
            && labels.allSatisfy { label in
                (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                    && label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
            }
    }

    /// Whether this can be a path: not empty, not endless, without control characters.
    static func isPath(_ text: String) -> Bool {
        (1...SettingKey.longestText).contains(text.utf8.count) && !text.unicodeScalars.contains { $0.value < 0x20 }
    }

    /// A wrong value for a message: cut, and without control characters, which could steer a terminal.
    static func quoted(_ text: String) -> String {
        let shown = text.unicodeScalars.prefix(60).map { scalar in
            scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) ? "\u{FFFD}" : Character(scalar)
        }
        return "“\(String(shown))\(text.unicodeScalars.count > 60 ? "…" : "")”"
    }
}
