/// What a verified sender posts is taken: one entry that cannot be stored, a neighbour's trouble, or a body that says
/// nothing is no reason to send it away.
enum AcceptanceLaw {
    /// What is wrong with the answer to a verified webhook, while the store can be written and the queue has room.
    static func check(answer status: Int) -> [String] {
        (200..<300).contains(status) ? [] : ["a verified webhook was answered \(status) although it could be stored"]
    }
}
