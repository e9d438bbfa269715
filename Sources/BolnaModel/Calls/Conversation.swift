/// A made-up conversation.
struct Conversation {
    var transcript: String
    var summary: String

    private static let openings = [
        "Hi there! Am I speaking with Asha?", "Hello, this is Riya from Example Homes.", "नमस्ते! क्या आप बात कर सकते हैं?",
    ]
    private static let exchanges = [
        ("Great. Are you still looking for a two-bedroom flat?", "yes but only after april"),
        ("Which area do you have in mind?", "somewhere near the \"old\" market"),
        ("क्या आप किराए पर लेना चाहते हैं?", "हाँ, दो महीने के लिए"),
        ("Shall a colleague call you tomorrow?", "tomorrow after five is fine"),
        ("May I ask about your budget?", "let us say twenty five thousand"),
    ]
    private static let summaries = [
        "The customer wants a call back after April.", "The customer is interested and asked for a visit.",
        "The customer has no interest at present.",
    ]

    init(random: inout SeededGenerator) {
        var lines = ["assistant: " + random.element(of: Self.openings, default: ""), "user:  yes, go on"]
        for _ in 0...random.integer(below: 4) {
            let exchange = random.element(of: Self.exchanges, default: ("", ""))
            lines += ["assistant:  " + exchange.0, "user:  " + exchange.1]
        }
        lines.append("assistant:  Thank you, goodbye!")
        transcript = lines.joined(separator: "\n") + "\n"
        summary = random.element(of: Self.summaries, default: "")
    }
}
