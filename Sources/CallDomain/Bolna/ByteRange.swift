/// Which bytes of something are wanted: one range (RFC 9110, section 14.1.2). Positions count from 0.
package enum ByteRange: Hashable, Sendable {
    /// From this position to the end.
    case from(Int64)
    /// From one position through another.
    case through(ClosedRange<Int64>)
    /// The last so many bytes.
    case last(Int64)

    /// The value of a `Range` field.
    package var fieldValue: String {
        switch self {
        case .from(let first): "bytes=\(first)-"
        case .through(let bounds): "bytes=\(bounds.lowerBound)-\(bounds.upperBound)"
        case .last(let count): "bytes=-\(count)"
        }
    }

    /// Reads the value of a `Range` field; nil where it is malformed, counts in another unit, or names several ranges. Such
    /// a field is to be ignored, which makes it a wish for everything.
    package init?(fieldValue: String) {
        let unit = "bytes="
        guard fieldValue.utf8.count <= Self.longestField, fieldValue.utf8.starts(with: unit.utf8) else { return nil }
        let bounds = fieldValue.dropFirst(unit.count)
            .split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard bounds.count == 2 else { return nil }
        switch (bounds[0].isEmpty, bounds[1].isEmpty) {
        case (true, false):
            guard let count = Self.number(bounds[1]) else { return nil }
            self = .last(count)
        case (false, true):
            guard let first = Self.number(bounds[0]) else { return nil }
            self = .from(first)
        case (false, false):
            guard let first = Self.number(bounds[0]), let last = Self.number(bounds[1]), first <= last else {
                return nil
            }
            self = .through(first...last)
        case (true, true): return nil
        }
    }

    /// The longest field that is looked at, in bytes.
    package static let longestField = 64

    private static func number(_ text: Substring) -> Int64? {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int64(text) : nil
    }
}
