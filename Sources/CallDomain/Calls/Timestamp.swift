/// A point of wall-clock time: microseconds since 1970-01-01T00:00:00Z.
///
/// Bolna's times carry at most six digits of a second, so nothing they say is lost. Arithmetic saturates: a time from
/// outside can be nonsense, but never traps.
package struct Timestamp: RawRepresentable, Hashable, Comparable, Sendable, Codable {
    /// Microseconds since 1970-01-01T00:00:00Z.
    package let rawValue: Int64

    /// Takes microseconds since 1970-01-01T00:00:00Z.
    package init(rawValue: Int64) { self.rawValue = rawValue }

    /// Takes whole seconds since 1970-01-01T00:00:00Z, saturating.
    package init(seconds: Int64) {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        self.rawValue = overflow ? (seconds < 0 ? .min : .max) : product
    }

    /// Earlier than every time that is stated: stands for "no time" in orders.
    package static let distantPast = Timestamp(rawValue: .min)

    /// Later than every time that is stated.
    package static let distantFuture = Timestamp(rawValue: .max)

    /// This time moved by a duration, saturating at ``distantPast`` and ``distantFuture``.
    package func advanced(by duration: Duration) -> Timestamp {
        let (sum, overflow) = rawValue.addingReportingOverflow(duration.microseconds)
        guard overflow else { return Timestamp(rawValue: sum) }
        return duration < .zero ? .distantPast : .distantFuture
    }

    /// The time that passed from `earlier` to this time (negative where this is the earlier one), saturating.
    package func duration(since earlier: Timestamp) -> Duration {
        let (difference, overflow) = rawValue.subtractingReportingOverflow(earlier.rawValue)
        if overflow { return .microseconds(rawValue < earlier.rawValue ? Int64.min : Int64.max) }
        return .microseconds(difference)
    }

    /// As ``advanced(by:)``, by microseconds.
    package func advanced(byMicroseconds microseconds: Int64) -> Timestamp {
        let (sum, overflow) = rawValue.addingReportingOverflow(microseconds)
        return overflow ? (microseconds < 0 ? .distantPast : .distantFuture) : Timestamp(rawValue: sum)
    }

    /// As ``duration(since:)``, in microseconds.
    package func microseconds(since earlier: Timestamp) -> Int64 {
        let (difference, overflow) = rawValue.subtractingReportingOverflow(earlier.rawValue)
        return overflow ? (rawValue < earlier.rawValue ? .min : .max) : difference
    }

    /// Earlier first.
    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

extension Duration {
    /// Whole microseconds, rounded towards zero and saturating at the bounds of `Int64`.
    package var microseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        if overflow { return seconds < 0 ? .min : .max }
        let (sum, tooMuch) = product.addingReportingOverflow(attoseconds / 1_000_000_000_000)
        return tooMuch ? (seconds < 0 ? .min : .max) : sum
    }

    /// Seconds as a floating-point number, for records and messages.
    package var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }

    /// This duration times a factor, saturating at the bounds of microseconds in `Int64`; not-a-number counts as zero.
    package func scaled(by factor: Double) -> Duration {
        let product = Double(microseconds) * factor
        guard !product.isNaN else { return .zero }
        if product >= 9.2e18 { return .microseconds(Int64.max) }
        if product <= -9.2e18 { return .microseconds(Int64.min) }
        return .microseconds(Int64(product))
    }
}
