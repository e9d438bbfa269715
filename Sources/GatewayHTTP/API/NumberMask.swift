/// Telephone numbers as they are shown without the scope `reveal`.
enum NumberMask {
    /// Characters that stay at the start and at the end.
    private static let shownStart = 3
    private static let shownEnd = 2
    /// Fewer digits in a text are a code, not a telephone number.
    private static let fewestDigits = 7
    /// With separators between them it takes more: dates have eight.
    private static let fewestSeparatedDigits = 10
    /// The most separators in a row within a number, such as `) `.
    private static let mostSeparators = 3
    /// What can stand between two digits without parting them for the eye.
    private static let unseen: Set<Unicode.GeneralCategory> = [.nonspacingMark, .enclosingMark, .format, .control]
    private static let separators: Set<Unicode.Scalar> = [
        " ", "\t", "\u{A0}", "\u{202F}", "-", "\u{2010}", "\u{2011}", "\u{2013}", ".", "(", ")", "/",
    ]

    /// The number with its middle hidden; a short one is hidden whole.
    static func mask(_ number: String) -> String {
        guard number.count > shownStart + shownEnd + 2 else { return String(repeating: "*", count: number.count) }
        let hidden = String(repeating: "*", count: number.count - shownStart - shownEnd)
        return number.prefix(shownStart) + hidden + number.suffix(shownEnd)
    }

    /// A text with the telephone numbers in it masked: each run of digits that is long enough, with its `+`.
    ///
    /// Digits count in any script, and whatever cannot be seen between them ends no number; blanks, dashes, dots, brackets
    /// and slashes between them do not either, where there are at least ``fewestSeparatedDigits`` in all.
    static func maskNumbers(in text: String) -> String {
        var masked = ""
        var run = Run()
        func endRun() {
            masked += run.isNumber ? mask(run.text) : run.text
            masked += run.separators
            run = Run()
        }
        for scalar in text.unicodeScalars {
            let category = scalar.properties.generalCategory
            if category == .decimalNumber {
                run.append(digit: scalar)
            } else if unseen.contains(category), !run.text.isEmpty, run.separators.isEmpty {
                run.text.unicodeScalars.append(scalar)
            } else if separators.contains(scalar), run.digits > 0, run.separators.count < mostSeparators {
                run.separators.unicodeScalars.append(scalar)
            } else {
                endRun()
                if scalar == "+" { run.text = "+" } else { masked.unicodeScalars.append(scalar) }
            }
        }
        endRun()
        return masked
    }

    /// Digits that may be one number, and what stands after them.
    private struct Run {
        var text = ""
        /// Separators after the text: part of it only where another digit follows.
        var separators = ""
        /// All digits, and those since the last separator, and the most between two separators.
        var digits = 0
        var unbroken = 0
        var longest = 0

        var isNumber: Bool {
            longest >= fewestDigits || (digits >= fewestSeparatedDigits && !isTime)
        }

        /// Whether it is a date of this century, with the hour after it or without.
        private var isTime: Bool {
            let groups = text.unicodeScalars.split { NumberMask.separators.contains($0) }.map(\.count)
            return text.hasPrefix("20") && groups.starts(with: [4, 2, 2]) && groups.dropFirst(3).allSatisfy { $0 == 2 }
        }

        mutating func append(digit: Unicode.Scalar) {
            if !separators.isEmpty {
                text += separators
                separators = ""
                unbroken = 0
            }
            text.unicodeScalars.append(digit)
            digits += 1
            unbroken += 1
            longest = max(longest, unbroken)
        }
    }
}
