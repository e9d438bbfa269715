import BolnaModel

/// Chance from a seed: one stream per purpose, so that drawing more for one leaves the others alone.
struct Dice {
    private var generator: SeededGenerator

    /// The stream of a seed with this name; `index` tells streams of one kind apart.
    init(seed: UInt64, stream: String, index: Int = 0) {
        generator = SeededGenerator(seed: Dice.mix(seed, stream, index))
    }

    /// A number from 0 up to, not including, 1.
    mutating func fraction() -> Double { Double(generator.next() >> 11) * 0x1p-53 }

    /// Whether something of this probability happens.
    mutating func happens(_ probability: Double) -> Bool { fraction() < probability }

    /// A whole number below a bound; 0 where the bound is not positive.
    mutating func integer(below bound: Int) -> Int { bound < 2 ? 0 : Int(generator.next() % UInt64(bound)) }

    /// A whole number of a range.
    mutating func integer(in range: ClosedRange<Int>) -> Int {
        range.lowerBound + integer(below: range.upperBound - range.lowerBound + 1)
    }

    /// A number of a range.
    mutating func number(in range: ClosedRange<Double>) -> Double {
        range.lowerBound + fraction() * (range.upperBound - range.lowerBound)
    }

    /// One of some values; they must not be none.
    mutating func pick<Value>(_ values: [Value]) -> Value { values[integer(below: values.count)] }

    /// 24 hex digits.
    mutating func identifier() -> String {
        let digits = String(generator.next(), radix: 16) + String(generator.next(), radix: 16)
        return String((digits + String(repeating: "0", count: 24)).prefix(24))
    }

    /// The values in another order.
    mutating func shuffled<Value>(_ values: [Value]) -> [Value] {
        var values = values
        guard values.count > 1 else { return values }
        for last in stride(from: values.count - 1, to: 0, by: -1) { values.swapAt(last, integer(below: last + 1)) }
        return values
    }

    /// A number that follows from a seed, a name and an index, and from nothing that was drawn before.
    static func mix(_ seed: UInt64, _ name: String, _ index: Int) -> UInt64 {
        var mixed = seed &+ 0x9e37_79b9_7f4a_7c15
        for byte in name.utf8 { mixed = (mixed ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        mixed = (mixed ^ UInt64(bitPattern: Int64(index))) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to 1 that follows from a seed, a name and an index alone.
    static func fraction(_ seed: UInt64, _ name: String, _ index: Int) -> Double {
        Double(mix(seed, name, index) >> 11) * 0x1p-53
    }
}
