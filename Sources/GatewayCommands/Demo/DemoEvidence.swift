import BolnaModel
import CallDomain

/// What, by the simulator's own log, the gateway was told of each call, in the order in which it was; and which webhooks
/// were lost. Counted here without anything of the gateway's.
struct DemoEvidence: Sendable {
    /// A status that was told of a call.
    struct Telling: Hashable, Sendable {
        /// Who told it.
        var by: Teller
        /// The status.
        var status: String
        /// The attempt, from 0.
        var attempt: Int
        /// Its place among the changes of the call, from 0.
        var place: Int
        /// When, as the world's time, in microseconds.
        var at: Int64
    }

    /// Who can tell.
    enum Teller: String, Sendable {
        /// A webhook that was answered 2xx.
        case webhook
        /// The answer to a read of the call.
        case read
        /// The answer to placing the call.
        case dial
    }

    /// What was told, by Bolna's id of the call, in the order of the log.
    private(set) var told: [String: [Telling]] = [:]
    /// The statuses whose webhook was lost, by call, in the order of the log.
    private(set) var lost: [String: [String]] = [:]
    /// Whether the log still has everything.
    let isWhole: Bool
    /// The span within which the log cannot say what reached the gateway first: an answer of Bolna's is on its way when it
    /// is logged, a webhook is stored when it is; as the world's time, in microseconds.
    private let blur: Int64

    /// The span in real time: what a loaded machine needs for a request and a commit.
    private static let realBlur: Duration = .milliseconds(100)

    init(log: WorldLog, truth: [CallTruth], speed: Double) {
        isWhole = log.dropped == 0
        blur = Self.realBlur.scaled(by: speed).microseconds
        var places: [String: [String: Int]] = [:]
        for call in truth {
            for (place, change) in call.changes.enumerated() {
                places[call.id, default: [:]]["\(change.attempt) \(change.status.rawValue)"] = place
            }
        }
        for entry in log.entries {
            switch entry.deed {
            case .answered(let sending, let code?) where (200..<300).contains(code):
                tell(.webhook, sending.call, sending.status, sending.attempt, entry.at, places)
            case .served(let serving) where serving.code == 200 && serving.fault != .cut:
                guard let call = serving.call, let status = serving.status else { continue }
                switch serving.endpoint {
                case .execution: tell(.read, call, status, serving.attempt ?? 0, entry.at, places)
                case .placeCall: tell(.dial, call, status, 0, entry.at, places)
                default: continue
                }
            case .withheld(let withheld) where withheld.reason == .lost:
                lost[withheld.change.call, default: []].append(withheld.change.status.rawValue)
            default: continue
            }
        }
    }

    private mutating func tell(
        _ by: Teller, _ call: String, _ status: ExecutionStatus, _ attempt: Int, _ at: Moment,
        _ places: [String: [String: Int]]
    ) {
        guard let place = places[call]?["\(attempt) \(status.rawValue)"] else { return }
        told[call, default: []].append(
            Telling(by: by, status: status.rawValue, attempt: attempt, place: place, at: at.microseconds))
    }

    /// What a listener learns who is told all this: a status is a change to whoever knew of none behind it.
    struct Sums: Hashable, Sendable {
        /// Changes of status.
        var changes = 0
        /// Those that reads told first.
        var byRead = 0
        /// Calls of which a final status became known.
        var ended = 0
    }

    /// The least and the most that the log allows for, where it cannot say what came first.
    func range(of figure: KeyPath<Sums, Int>) -> ClosedRange<Int> {
        let orders: [(Telling, Telling) -> Bool] = [
            { ($0.place, $0.by == .read ? 0 : 1) < ($1.place, $1.by == .read ? 0 : 1) },
            { ($0.place, $0.by == .read ? 1 : 0) < ($1.place, $1.by == .read ? 1 : 0) },
            { ($0.place, $0.by == .read ? 1 : 0) > ($1.place, $1.by == .read ? 1 : 0) },
            { ($0.place, $0.by == .read ? 0 : 1) > ($1.place, $1.by == .read ? 0 : 1) },
        ]
        let sums = orders.map { order in self.sums(order)[keyPath: figure] }
        return (sums.min() ?? 0)...(sums.max() ?? 0)
    }

    private func sums(_ isBefore: (Telling, Telling) -> Bool) -> Sums {
        var sums = Sums()
        for tellings in told.values {
            var known = -1
            var hasEnded = false
            for telling in blurred(tellings, isBefore) where telling.place > known {
                known = telling.place
                sums.changes += 1
                if telling.by == .read { sums.byRead += 1 }
                if CallStatus(spelling: telling.status)?.isFinal == true { hasEnded = true }
            }
            if hasEnded { sums.ended += 1 }
        }
        return sums
    }

    /// The order of the log; where webhooks and answers lie so near each other that it says nothing, another one.
    private func blurred(_ tellings: [Telling], _ isBefore: (Telling, Telling) -> Bool) -> [Telling] {
        var runs: [[Telling]] = []
        for telling in tellings {
            if let last = runs.last?.last, telling.at - last.at <= blur {
                runs[runs.count - 1].append(telling)
            } else {
                runs.append([telling])
            }
        }
        return runs.flatMap { run in Set(run.map(\.by)).count > 1 ? run.sorted(by: isBefore) : run }
    }

    /// Whether a read told this status of a call before any webhook did.
    func confirmsMissedWebhook(of call: String, status: String) -> Bool {
        let tellings = told[call, default: []].filter { $0.status == status }
        return tellings.contains { read in
            read.by == .read
                && !tellings.contains {
                    $0.by == .webhook && $0.attempt == read.attempt && $0.at < read.at - blur
                }
        }
    }
}
