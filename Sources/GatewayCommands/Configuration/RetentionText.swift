import CallDomain

/// How long data is kept, as people write it.
enum RetentionText {
    /// The word for what is never deleted.
    static let forever = "forever"
    /// The longest time that can be set; beyond it there is ``forever``.
    static let longest: Duration = .seconds(3_650 * 86_400)
    /// What ``kept(_:)`` reads, for messages.
    static let expected =
        "\(forever), or a duration from \(SettingText.duration(RetentionPolicy.shortest)) to \(SettingText.duration(longest))"

    /// How long something is kept; the time is nil for ever.
    struct Kept: Hashable, Sendable {
        var time: Duration?
    }

    /// Reads a duration or ``forever``; nil for anything else.
    static func kept(_ text: String) -> Kept? {
        if text == forever { return Kept(time: nil) }
        guard let time = SettingText.duration(text), (RetentionPolicy.shortest...longest).contains(time) else {
            return nil
        }
        return Kept(time: time)
    }

    /// Writes what ``kept(_:)`` reads.
    static func text(_ time: Duration?) -> String { time.map(SettingText.duration) ?? forever }
}
