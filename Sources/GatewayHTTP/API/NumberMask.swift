/// Telephone numbers as they are shown without the scope `reveal`.
enum NumberMask {
    /// Characters that stay at the start and at the end.
    private static let shownStart = 3
    private static let shownEnd = 2
    /// Fewer digits in a text are a code, not a telephone number.
    private static let fewestDigits = 7

    /// The number with its middle hidden; a short one is hidden whole.
    static func mask(_ number: String) -> String {
        guard number.count > shownStart + shownEnd + 2 else { return String(repeating: "*", count: number.count) }
        let hidden = String(repeating: "*", count: number.count - shownStart - shownEnd)
        return number.prefix(shownStart) + hidden + number.suffix(shownEnd)
    }

    /// A text with the telephone numbers in it masked: each run of digits that is long enough, with its `+`, and with
    /// what people write between the groups of a number. A date is none.
    static func maskNumbers(in text: String) -> String {
        var masked = ""
        var rest = Substring(text)
        while let first = rest.first {
            let run = number(at: rest)
            masked += run.map { isTelephoneNumber($0) ? mask(String($0)) : String($0) } ?? String(first)
            rest = rest.dropFirst(run?.count ?? 1)
        }
        return masked
    }

    /// The groups of digits that a text begins with, with what stands between them; nil where it begins with something
    /// else.
    private static func number(at text: Substring) -> Substring? {
        var end = text.startIndex
        while end < text.endIndex, end == text.startIndex ? "+(".contains(text[end]) : text[end] == "(" {
            end = text.index(after: end)
        }
        guard end < text.endIndex, isDigit(text[end]) else { return nil }
        while true {
            end = text[end...].firstIndex { !isDigit($0) } ?? text.endIndex
            let between = text[end...].prefix(mostSeparators).prefix { separators.contains($0) }
            guard between.endIndex < text.endIndex, !between.isEmpty, isDigit(text[between.endIndex]) else {
                return text[..<end]
            }
            end = between.endIndex
        }
    }

    private static func isTelephoneNumber(_ run: Substring) -> Bool {
        guard run.count(where: isDigit) >= fewestDigits else { return false }
        let groups = run.split(omittingEmptySubsequences: false) { separators.contains($0) }.map(\.count)
        let isDate = run.hasPrefix("20") && (groups == [4, 2, 2] || groups == [4, 2, 2, 2])
        return !isDate
    }

    private static func isDigit(_ character: Character) -> Bool { ("0"..."9").contains(character) }

    private static let separators: Set<Character> = [" ", "-", ".", "/", "(", ")", "\u{A0}"]
    /// At most so many stand between two groups.
    private static let mostSeparators = 2
}
