import BolnaWire
import Foundation

/// A body of a delivery as it is shown: text only, bounded, personal data masked unless it may be seen.
struct ShownBody {
    /// What is shown.
    var text: String
    /// What is missing or hidden, in a sentence; nil where nothing is.
    var note: String?

    /// The most bytes that are shown.
    static let mostBytes = 32 * 1024
    /// The deepest value that is shown.
    static let deepest = 12
    /// The most members of one object, and elements of one array.
    static let mostMembers = 200
    /// The longest text that can be an id, a time or a status, in bytes.
    static let longestWord = 64

    /// Names whose values say nothing about a person.
    private static let openNames: Set<String> = [
        "id", "execution_id", "agent_id", "batch_id", "campaign_id", "status", "smart_status", "type", "event",
        "created_at", "updated_at", "initiated_at", "scheduled_at", "rescheduled_at", "provider", "call_type",
        "hangup_by", "hangup_code", "hangup_provider_code", "workflow_id", "run_id",
    ]

    /// A body as it is.
    init(revealed body: [UInt8]) {
        text = String(decoding: body.prefix(Self.mostBytes), as: UTF8.self)
        note = body.count > Self.mostBytes ? "Only the first \(Self.mostBytes / 1_024) KiB are shown." : nil
        guard body.count <= Self.mostBytes, let value = try? JSONSerialization.jsonObject(with: Data(body)),
            let pretty = try? JSONSerialization.data(
                withJSONObject: value, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
        else { return }
        text = String(decoding: pretty, as: UTF8.self)
    }

    /// A body's structure: every text is hidden but ids, times and the like under names that say nothing about a person. What
    /// is kept aside is often not what it should be, so neither its names nor its texts are taken for what they claim.
    init(masked body: [UInt8]) {
        note = "Texts are hidden: your key does not have the scope reveal."
        let data = Data(body.prefix(1 << 20))
        guard let value = try? JSONSerialization.jsonObject(with: data, options: [.fragmentsAllowed]),
            let pretty = try? JSONSerialization.data(
                withJSONObject: ["": Self.mask(value, name: "", depth: 0)], options: [.sortedKeys]),
            let shown = try? JSONSerialization.jsonObject(with: pretty) as? [String: Any],
            let root = shown[""], JSONSerialization.isValidJSONObject(root),
            let text = try? JSONSerialization.data(
                withJSONObject: root, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
        else {
            self.text = "(\(body.count) bytes that are not JSON)"
            return
        }
        self.text = String(decoding: text.prefix(Self.mostBytes), as: UTF8.self)
    }

    private static func mask(_ value: Any, name: String, depth: Int) -> Any {
        guard depth < deepest else { return "…" }
        switch value {
        case let object as [String: Any]:
            let names = object.keys.sorted().prefix(mostMembers)
            return names.reduce(into: [String: Any]()) { masked, key in
                // A name from outside may be a telephone number or a person's name itself.
                let shown = isWord(key) ? NumberMask.maskNumbers(in: key) : "•••"
                masked[shown] = mask(object[key] as Any, name: key, depth: depth + 1)
            }
        case let array as [Any]: return array.prefix(mostMembers).map { mask($0, name: "", depth: depth + 1) }
        case let text as String:
            return openNames.contains(name) && isWord(text) ? NumberMask.maskNumbers(in: text) : "•••"
        case let number as NSNumber:
            return abs(number.doubleValue) >= 1e6 && !openNames.contains(name) ? "•••" : number
        default: return value
        }
    }

    /// Whether a text can be an id, a time or a status: short, and without blanks.
    private static func isWord(_ text: String) -> Bool {
        text.utf8.count <= longestWord
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
                default: "_.:+-".utf8.contains(byte)
                }
            }
    }
}
