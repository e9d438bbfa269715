/// Finds the name that somebody may have meant.
enum NearestName {
    /// The longest words that are compared; longer ones are cut.
    static let longestWord = 64

    /// The end of a sentence that names the nearest of `names`; empty where none is near.
    static func suggestion(for word: String, among names: [String]) -> String {
        let near = names.map { ($0, distance($0, word)) }.min { $0.1 < $1.1 }
        guard let near, near.1 <= max(2, word.count / 3) else { return "" }
        return "; did you mean \(near.0)?"
    }

    /// How many letters must change to make one word of another (Levenshtein's distance), without regard to case.
    static func distance(_ left: String, _ right: String) -> Int {
        let (a, b) = (Array(left.lowercased().prefix(longestWord)), Array(right.lowercased().prefix(longestWord)))
        var row = Array(0...b.count)
        for (i, letter) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in b.enumerated() {
                let substituted = diagonal + (letter == other ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substituted, row[j] + 1, diagonal + 1)
            }
        }
        return row[b.count]
    }
}
