/// Repeatable randomness (SplitMix64).
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Damages inputs as fuzzers do, repeatably.
struct Mutator {
    /// The longest input that is made, in bytes.
    static let longestInput = 16 << 10

    private let corpus: [[UInt8]]
    private var random: Seeded

    /// Starts from these inputs.
    init(corpus: [[UInt8]], seed: UInt64) {
        self.corpus = corpus.isEmpty ? [[]] : corpus
        random = Seeded(seed: seed)
    }

    /// The next damaged input.
    mutating func next() -> [UInt8] {
        var input = pick()
        for _ in 0..<Int.random(in: 1...4, using: &random) { damage(&input) }
        return Array(input.prefix(Self.longestInput))
    }

    private mutating func pick() -> [UInt8] {
        Array(corpus[Int.random(in: corpus.indices, using: &random)].prefix(Self.longestInput))
    }

    private mutating func damage(_ input: inout [UInt8]) {
        let place = Int.random(in: 0...input.count, using: &random)
        switch Int.random(in: 0..<7, using: &random) {
        case 0 where place < input.count: input[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1 where place < input.count: input[place] = UInt8.random(in: 0...255, using: &random)
        case 2: input.insert(UInt8.random(in: 0...255, using: &random), at: place)
        case 3: input.removeSubrange(place..<min(input.count, place + Int.random(in: 1...16, using: &random)))
        case 4: input.insert(contentsOf: Self.words[Int.random(in: Self.words.indices, using: &random)], at: place)
        case 5:
            let other = pick()
            let start = Int.random(in: 0...other.count, using: &random)
            input.replaceSubrange(place..., with: other[start...])
        default:
            let length = min(input.count - place, Int.random(in: 1...64, using: &random))
            input.insert(contentsOf: input[place..<place + length], at: place)
        }
    }

    /// Pieces that parsers trip over.
    private static let words = [
        "null", "{", "}", "[", "]", "\"", "\\", "\\u0000", "\\ud800", "\\udc00", "-0", "1e999", "-9223372036854775809",
        "18446744073709551616", "0.1e-400", "%", "%00", "%ff", "&", "=", ";", ",", "\r\n", "\n", "\u{0}", "\u{FEFF}",
        "\u{301}", "🦆", "t=", "v1=", "v1,", "whsec_", "::", "/", "bytes=", "-", "9999999999999999999", "T", "Z",
        "+05:30",
    ].map { Array($0.utf8) }
}
