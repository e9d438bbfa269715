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

    /// A text with the telephone numbers in it masked: each run of digits that is long enough, with its `+`.
    static func maskNumbers(in text: String) -> String {
        var masked = ""
        var run = ""
        func endRun() {
            let digits = run.count { $0 != "+" }
            masked += digits < fewestDigits ? run : mask(run)
            run = ""
        }
        for character in text {
            switch character {
            case "0"..."9": run.append(character)
            case "+":
                endRun()
                run = "+"
            default:
                endRun()
                masked.append(character)
            }
        }
        endRun()
        return masked
    }
}
