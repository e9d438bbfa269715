extension Duration {
    /// The length for people: `0.4 s`, `45 s`, `2 min 5 s`, `3 h 12 min`, `2 d 4 h`; without a sign.
    package var words: String {
        let micros = microseconds.magnitude
        let seconds = micros / 1_000_000
        switch seconds {
        case ..<10:
            let tenths = micros / 100_000
            return tenths % 10 == 0 ? "\(seconds) s" : "\(seconds).\(tenths % 10) s"
        case ..<60: return "\(seconds) s"
        case ..<3_600: return Self.pair(seconds / 60, "min", seconds % 60, "s")
        case ..<86_400: return Self.pair(seconds / 3_600, "h", seconds / 60 % 60, "min")
        default: return Self.pair(seconds / 86_400, "d", seconds / 3_600 % 24, "h")
        }
    }

    private static func pair(_ large: UInt64, _ unit: String, _ small: UInt64, _ part: String) -> String {
        small == 0 ? "\(large) \(unit)" : "\(large) \(unit) \(small) \(part)"
    }
}
