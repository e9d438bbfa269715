/// Words that must not stand in the project's code.
enum TextRules {
    /// Constructs that trap, and what to do instead.
    static let traps = [
        ("try!", "handle the error, or make it a typed throw"),
        ("as!", "cast with as? and say what was expected"),
        ("fatalError(", "return an error; for programmer errors use precondition with a message"),
        ("TODO", "do it, or say in a decision record why not"),
        ("FIXME", "fix it"),
    ]

    /// Waiting by the clock on the wall, which makes tests slow and flaky.
    static let sleeps = [
        ("Task.sleep", "inject a clock and advance it"),
        ("Thread.sleep", "inject a clock and advance it"),
        ("usleep(", "wait for the event itself"),
    ]

    /// Time limits that measure how busy the machine is: a test may wait for minutes before it gets a processor.
    static let shortTimeLimits = (1..<10).map { minutes in
        (".timeLimit(.minutes(\(minutes)))", "ten minutes or more, which only end a test that hangs")
    }

    /// The longest file, in lines; one topic per file rarely needs half of it.
    static let longestFile = 600

    /// The complaints about one file.
    static func violations(in file: SourceFile, words: [(String, String)]) -> [String] {
        var complaints: [String] = []
        for (number, line) in file.lines.enumerated() {
            for (word, instead) in words where line.contains(word) {
                complaints.append("\(file.path):\(number + 1): \(word): \(instead)")
            }
        }
        if file.lines.count > longestFile + 1 {
            complaints.append("\(file.path): \(file.lines.count) lines; split it by topic, at most \(longestFile)")
        }
        return complaints
    }
}
