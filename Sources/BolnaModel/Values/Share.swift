/// How often something happens, from 0 (never) to 1 (always).
package struct Share: Hashable, Sendable, ExpressibleByFloatLiteral {
    /// From 0 to 1.
    package let value: Double

    /// Never.
    package static let never = Share(clamping: 0)
    /// Every time.
    package static let always = Share(clamping: 1)

    /// A share; what lies outside 0 to 1 is brought to the nearer end.
    package init(clamping value: Double) {
        self.value = value.isNaN ? 0 : min(1, max(0, value))
    }

    /// A share written in code.
    package init(floatLiteral value: Double) {
        self.init(clamping: value)
    }

    /// Reads `30%` or `0.3`; nil for anything outside 0 to 1.
    package init?(text: String) {
        let isPercentage = text.hasSuffix("%")
        guard let number = Double(isPercentage ? String(text.dropLast()) : text) else { return nil }
        let value = isPercentage ? number / 100 : number
        guard (0...1).contains(value) else { return nil }
        self.value = value
    }
}
