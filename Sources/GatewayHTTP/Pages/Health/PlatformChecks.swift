import CallDomain
import GatewayService

/// What the gateway stands on: its listener, its store, the disk and the queue before it, each judged by named thresholds.
struct PlatformChecks {
    /// Open connections and the most there may be; nil where nothing listens.
    var connections: (open: Int, most: Int)?
    /// Limits that clients met since the start.
    var refused: [ListenerLimit: Int]
    /// What the store says of itself.
    var facts: StoreFacts
    /// Entries that wait for the disk.
    var queued: Int
    /// The most that may.
    var mostQueued: Int
    /// How long the oldest of them has waited.
    var oldestWait: Duration?
    /// Whether sizes are told.
    var showsSizes: Bool

    /// Less free space needs attention, in bytes; with less than a tenth of it the store will soon refuse.
    static let littleSpace: Int64 = 2_000_000_000
    /// A longer log means that it is not taken over into the database as it should, in bytes.
    static let longLog: Int64 = 256_000_000
    /// An older entry means that the disk does not keep up; one ten times as old, that it stands.
    static let longWait = Duration.seconds(2)

    /// How something stands.
    enum Look: String {
        case good, attention, bad
    }

    /// One thing that was looked at.
    struct Check {
        var name: String
        var look: Look
        var text: String
    }

    /// All of them.
    var all: [Check] { [listener, store, disk, queue] }

    private var listener: Check {
        guard let (open, most) = connections else {
            return Check(name: "Listener", look: .bad, text: "It does not run: nobody can deliver webhooks.")
        }
        let met = refused.filter { $0.value > 0 }.sorted { $0.key.rawValue < $1.key.rawValue }
            .map { "\(PageText.words(camel: $0.key.rawValue)) \(ReportText.grouped($0.value))" }
        let told = met.isEmpty ? "no client met a limit" : "limits that clients met: \(met.joined(separator: ", "))"
        return Check(
            name: "Listener", look: open >= most ? .bad : open * 5 >= most * 4 ? .attention : .good,
            text: "\(ReportText.grouped(open)) of \(ReportText.grouped(most)) connections; since the start \(told).")
    }

    private var store: Check {
        let size = showsSizes ? ", \(Self.size(facts.sizeBytes))" : ""
        let log = facts.logBytes.map { showsSizes ? ", log \(Self.size($0))" : "" } ?? ""
        let isLong = (facts.logBytes ?? 0) > Self.longLog
        return Check(
            name: "Store", look: isLong ? .attention : .good,
            text: "\(facts.engine), schema \(facts.schemaVersion)\(size)\(log)"
                + (isLong ? ". The log is long: something keeps it from being taken over." : "."))
    }

    private var disk: Check {
        guard let free = facts.freeBytes else {
            return Check(name: "Disk", look: .attention, text: "How much is free cannot be read.")
        }
        let look: Look = free * 10 < Self.littleSpace ? .bad : free < Self.littleSpace ? .attention : .good
        let advice = look == .good ? "" : " Make room: where nothing is left, webhooks are answered 503."
        return Check(name: "Disk", look: look, text: "\(Self.size(free)) free.\(advice)")
    }

    private var queue: Check {
        let wait = oldestWait ?? .zero
        let look: Look =
            queued * 10 >= mostQueued * 9 || wait > Self.longWait * 10
            ? .bad : queued * 2 >= mostQueued || wait > Self.longWait ? .attention : .good
        let oldest = oldestWait.map { ", the oldest for \(ReportText.duration($0))" } ?? ""
        return Check(
            name: "Queue", look: look,
            text: queued == 0
                ? "Everything that came is on disk."
                : "\(ReportText.grouped(queued)) of \(ReportText.grouped(mostQueued)) entries wait for the disk\(oldest)."
        )
    }

    /// Bytes in the largest unit that fits, rounded down.
    static func size(_ bytes: Int64) -> String {
        switch bytes {
        case ..<10_000_000: "\(bytes / 1_000) kB"
        case ..<10_000_000_000: "\(bytes / 1_000_000) MB"
        default: "\(bytes / 1_000_000_000) GB"
        }
    }
}
