/// The words of the data set.
enum Vocabulary {
    static let firstNames = ["Asha", "Ravi", "Meera", "Arjun", "Divya", "Kiran", "Leela", "Nikhil", "Priya", "Sanjay"]
    static let lastNames = ["Rao", "Iyer", "Khan", "Mehta", "Nair", "Patel", "Reddy", "Sharma", "Singh", "Verma"]
    static let projects = ["Lakeside Heights", "Green Meadows", "Harbour View", "Cedar Court", "Old Mill Road"]

    /// A word in every transcript, one in few, and one in none.
    static let (often, rarely, never) = ("appointment", "zebrafinch", "quixotic")
    /// The rare word is in one of so many transcripts.
    static let rarity = 5_000

    private static let syllables = [
        "ka", "re", "mi", "so", "lu", "ten", "var", "dor", "pel", "ni", "sha", "bor", "qui", "han", "ze", "mul",
    ]

    /// A made-up word for a number; low numbers are short.
    private static func word(_ number: Int) -> String {
        var (rest, word) = (number, "")
        repeat {
            word += syllables[rest % syllables.count]
            rest /= syllables.count
        } while rest > 0
        return word
    }

    /// About 2.5 kB of talk, the same for the same call.
    static func transcript(of identity: CallIdentity) -> String {
        var drawing = Drawing(seed: identity.execution.hashValueOfDigits)
        var text = "assistant: This is a call about your \(often).\\n"
        if drawing.number(below: rarity) == 0 { text += "user: I saw a \(rarely).\\n" }
        for line in 0..<(10 + drawing.number(below: 40)) {
            let words = (0..<(4 + drawing.number(below: 10))).map { _ in word(drawing.low(below: 20_000)) }
            text += "\(line % 2 == 0 ? "user" : "assistant"): \(words.joined(separator: " ")).\\n"
        }
        return text
    }

    /// A sentence on a call.
    static func summary(of identity: CallIdentity) -> String {
        var drawing = Drawing(seed: identity.lead.hashValueOfDigits)
        return "Wants a call back about \(word(drawing.low(below: 20_000))) \(word(drawing.number(below: 20_000)))."
    }
}

extension String {
    /// A number that depends on all bytes, the same in each run.
    var hashValueOfDigits: Int {
        utf8.reduce(5_381) { ($0 &* 33 &+ Int($1)) & 0xFFFF_FFFF_FFFF }
    }
}
