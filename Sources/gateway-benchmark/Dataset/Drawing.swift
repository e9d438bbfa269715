/// Numbers that look drawn and are the same in each run: SplitMix64 (https://prng.di.unimi.it/splitmix64.c, seen 2026-11).
struct Drawing {
    private var state: UInt64

    init(seed: Int) { state = UInt64(bitPattern: Int64(seed)) &* 0xD134_2543_DE82_EF95 }

    /// The next 64 bits.
    mutating func bits() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// From 0 to below a positive bound.
    mutating func number(below bound: Int) -> Int { Int(bits() % UInt64(max(bound, 1))) }

    /// From 0 to below a positive bound, low numbers far more often.
    mutating func low(below bound: Int) -> Int { number(below: number(below: number(below: bound) + 1) + 1) }

    /// One of them.
    mutating func one<Value>(of values: [Value]) -> Value { values[number(below: values.count)] }

    /// Hexadecimal digits.
    mutating func hex(_ count: Int) -> String {
        let digits = (0...count / 16).map { _ in String(bits(), radix: 16).padded(to: 16) }.joined()
        return String(digits.prefix(count))
    }
}

extension String {
    /// With zeros in front.
    func padded(to count: Int) -> String { String(repeating: "0", count: max(0, count - utf8.count)) + self }
}
