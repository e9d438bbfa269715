/// A telephone number, and the ways in which it may be spelled elsewhere. What is deleted and what is kept out later are
/// found by the same reading of bytes, so that nothing that was deleted for a number can come back under it.
package struct TelephoneNumber: Hashable, Sendable {
    /// Country code and number: digits alone, without `+`.
    package let digits: String

    /// How many digits a number has (E.164 allows 15).
    package static let lengths = 8...15
    /// The form that is taken from people, in words.
    package static let form =
        "+ and its \(lengths.lowerBound) to \(lengths.upperBound) digits with the country code (E.164)"
    /// How many digits a number had that was forgotten before a country code was asked for.
    static let oldLengths = 7...15
    /// The least digits of a number that is written in groups without a sign that it is one: dates have fewer.
    static let leastUnmarkedDigits = 10

    /// Reads a number as people must give it, in full and without ornament: `+` and its digits (E.164); nil for all else.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.first == UInt8(ascii: "+"), Self.isNumber(bytes.dropFirst()) else { return nil }
        digits = String(text.dropFirst())
    }

    /// Whether text names the number.
    package func isNamed(in text: String) -> Bool { isNamed(in: Array(text.utf8)) }

    /// Whether bytes name the number.
    package func isNamed(in bytes: [UInt8]) -> Bool {
        let wanted = Array(digits.utf8)
        return Self.isAny(in: bytes) { $0 == wanted }
    }

    /// Whether a field of a statement names the number.
    package func isNamed(in statement: Statement) -> Bool {
        statement.fields.fields.contains { field in
            switch statement.fields[field] {
            case .text(let text)?, .json(let text)?: isNamed(in: text)
            case .number, .flag, .time, nil: false
            }
        }
    }

    /// Whether any number that bytes may name is wanted, by its digits; at most this many are looked at.
    ///
    /// A number is a whole run of digits, or groups of digits with blanks, hyphens, dots, slashes or brackets between.
    /// `+` or `00` begins one that may end after any group, and a zero that begins the group after the country code may be
    /// the one that is dialled at home, as in `+49 (0)151`, and no part of it. Groups without either may be a number
    /// wherever enough of them stand together, since a date or a count may stand before or behind it. The rest of a number
    /// with a sign is none of its own: the groups `415 555 0100` after `+1` are not a number in Switzerland.
    package static func isAny(in bytes: [UInt8], atMost most: Int = .max, wanted: ([UInt8]) -> Bool) -> Bool {
        var reading = Reading(bytes: bytes, left: most)
        return reading.isAny(wanted)
    }

    /// Whether any number is wanted in a form in which numbers were forgotten before a country code was asked for, and in
    /// which ``isAny(in:atMost:wanted:)`` finds none: a whole run of digits that begins with 0, or has only seven. What was
    /// forgotten so is remembered by a digest, which cannot be brought into today's form. At most this many are looked at.
    package static func isAnyOfOldForm(in bytes: [UInt8], atMost most: Int, wanted: ([UInt8]) -> Bool) -> Bool {
        var left = most
        var place = 0
        while place < bytes.count, left > 0 {
            guard isDigit(bytes[place]) else {
                place += 1
                continue
            }
            let start = place
            while place < bytes.count, isDigit(bytes[place]) { place += 1 }
            let run = bytes[start..<place]
            guard oldLengths.contains(run.count), !isNumber(run) else { continue }
            left -= 1
            if wanted(Array(run)) { return true }
        }
        return false
    }

    private static func isNumber(_ digits: ArraySlice<UInt8>) -> Bool {
        lengths.contains(digits.count) && digits.first != UInt8(ascii: "0") && digits.allSatisfy(isDigit)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// Goes through bytes once, groups of digits by groups of digits.
    private struct Reading {
        let bytes: [UInt8]
        var left: Int
        /// Groups that have only a little between them.
        var chain: [Range<Int>] = []
        var isMarked = false

        /// The most bytes between two groups, or between `+` and the first.
        private static let longestGap = 3
        private static let zero = UInt8(ascii: "0")
        /// The most digits of a country code (E.164).
        private static let longestCountryCode = 3

        mutating func isAny(_ wanted: ([UInt8]) -> Bool) -> Bool {
            var place = 0
            var plus: Int?
            while place < bytes.count {
                guard TelephoneNumber.isDigit(bytes[place]) else {
                    if bytes[place] == UInt8(ascii: "+") { plus = place }
                    place += 1
                    continue
                }
                let start = place
                while place < bytes.count, TelephoneNumber.isDigit(bytes[place]) { place += 1 }
                let hasPlus = plus.map { isGap($0 + 1, start) } ?? false
                plus = nil
                if hasPlus || !(chain.last.map { isGap($0.upperBound, start) } ?? false) {
                    if endChain(wanted) { return true }
                    isMarked = hasPlus
                }
                chain.append(start..<place)
            }
            return endChain(wanted)
        }

        /// Whether what is between two places can stand within a number.
        private func isGap(_ start: Int, _ end: Int) -> Bool {
            end - start <= Self.longestGap
                && bytes[start..<end].allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "("),
                        UInt8(ascii: ")"), 0xC2, 0xA0:
                        true
                    default: false
                    }
                }
        }

        private mutating func endChain(_ wanted: ([UInt8]) -> Bool) -> Bool {
            defer { chain.removeAll(keepingCapacity: true) }
            var before = 0
            for (index, group) in chain.enumerated() {
                let isInside = isMarked && index > 0 && before < TelephoneNumber.lengths.lowerBound
                before += group.count
                guard !isInside else { continue }
                let isWithZeros = bytes[group].starts(with: [Self.zero, Self.zero])
                if (isMarked && index == 0) || isWithZeros {
                    if isMarkedNumber(from: index, wanted) { return true }
                } else if isWanted(bytes[group], wanted) || isUnmarkedNumber(from: index, wanted) {
                    return true
                }
            }
            return false
        }

        /// Whether a number of several groups that begins with this one, without a sign that it is one, is wanted.
        private mutating func isUnmarkedNumber(from first: Int, _ wanted: ([UInt8]) -> Bool) -> Bool {
            var digits = Array(bytes[chain[first]].prefix(TelephoneNumber.lengths.upperBound + 1))
            for group in chain[(first + 1)...] {
                digits += bytes[group].prefix(TelephoneNumber.lengths.upperBound + 1)
                guard digits.count <= TelephoneNumber.lengths.upperBound else { return false }
                if digits.count >= TelephoneNumber.leastUnmarkedDigits, isWanted(digits[...], wanted) { return true }
            }
            return false
        }

        /// Whether a number that begins with a group, after `+` or with `00`, is wanted.
        private mutating func isMarkedNumber(from first: Int, _ wanted: ([UInt8]) -> Bool) -> Bool {
            var digits: [UInt8] = []
            // The same without the zero that is dialled at home.
            var abroad: [UInt8]?
            for group in chain[first...] {
                let more = bytes[group].prefix(TelephoneNumber.lengths.upperBound + 3)
                let isCountryAlone = (1...Self.longestCountryCode).contains(Self.withoutZeros(digits).count)
                if abroad != nil {
                    abroad? += more
                } else if isCountryAlone, more.first == Self.zero {
                    abroad = digits + more.dropFirst()
                }
                digits += more
                let numbers = [digits, abroad].compactMap(\.self).map(Self.withoutZeros)
                    .filter { $0.count <= TelephoneNumber.lengths.upperBound }
                guard !numbers.isEmpty else { return false }
                for number in numbers where isWanted(number, wanted) { return true }
            }
            return false
        }

        /// Digits without the `00` that may begin them.
        private static func withoutZeros(_ digits: [UInt8]) -> ArraySlice<UInt8> {
            digits.starts(with: [zero, zero]) ? digits.dropFirst(2) : digits[...]
        }

        private mutating func isWanted(_ digits: ArraySlice<UInt8>, _ wanted: ([UInt8]) -> Bool) -> Bool {
            guard TelephoneNumber.isNumber(digits), left > 0 else { return false }
            left -= 1
            return wanted(Array(digits))
        }
    }
}
