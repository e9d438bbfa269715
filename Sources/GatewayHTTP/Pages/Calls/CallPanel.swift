import BolnaWire
import CallDomain
import Foundation

/// The page of one call: everything that is known of it, and why.
struct CallPanel {
    let call: VisibleCall
    let explanation: CallExplanation
    let principal: Principal
    let filters: CallFilters
    /// What the account's agents are called.
    let names: [AgentID: String]
    /// Where the page of the list begins that the call was opened from, as its address carries it.
    let place: [(String, String)]

    /// The most steps of the timeline, the newest; the journal's pages hold the others.
    static let mostSteps = 60
    /// The most lines of a transcript; the rest is a page of its own.
    static let mostLines = 200
    /// The most characters of a transcript.
    static let mostCharacters = 40_000
    /// A longer text is cut among the details, in characters.
    static let longestDetail = 300
    /// A longer time without news is marked in the timeline.
    static let gap = Duration.seconds(60)

    /// As the template takes it. `notice` says what came of something that was just done.
    func view(notice: String?) -> PageView {
        let now = explanation.now
        let id = call.record.call.rawValue
        let path = "/calls/\(PercentCoding.encode(id))"
        return [
            "id": id, "execution": call.record.execution.rawValue, "heading": call.otherNumber ?? "Unknown number",
            "isInbound": call.isInbound, "status": call.statusView(at: now),
            "href": filters.address(path, adding: place),
            "panelHref": filters.address(path + "/panel", adding: place),
            "close": filters.address(adding: place) + "#row-\(PercentCoding.encode(id))", "callBefore": false,
            "callAfter": false, "notice": notice.orAbsent,
            "cooldown": "", "facts": facts, "cost": costView.orAbsent, "why": why,
            "artefacts": artefacts(at: now).orAbsent,
            "mayCheck": principal.scopes.contains(.check), "checkHref": filters.address(path + "/check", adding: place),
            "isFinal": call.state.status.isFinal, "recording": recordingView(path: path, at: now),
            "transcript": transcript(path: path).orAbsent, "reveals": call.reveals,
            "hasTranscript": call.state[.transcript] != nil, "timeline": timeline,
            "omitted": explanation.steps.count > Self.mostSteps
                ? PageText.count(explanation.steps.count - Self.mostSteps, "earlier step") as Any : false,
            "summary": call.text(.summary).orAbsent, "details": details, "contradictions": contradictions.orAbsent,
            "comparison": explanation.comparison.sentence, "isEqual": explanation.comparison.isEqual,
            "api": "/api/v1/calls/\(PercentCoding.encode(id))",
        ]
    }

    // MARK: What is at the top

    private var facts: [PageView] {
        let freshness = Freshness(
            state: call.state, ledger: call.record.ledger, unverified: call.record.unverifiedStatus)
        let name = call.recipientData.callerName
        let texts: [(String, String?)] = [
            ("From", call.text(.fromNumber)), ("To", call.text(.toNumber)), ("Name", name),
            ("Agent", call.text(.agentID).map { names[AgentID(rawValue: $0)] ?? $0 }),
            ("Lead", call.recipientData.leadID),
            ("Project", call.recipientData.projectName), ("Duration", call.duration.map(PageText.duration)),
            ("Hung up by", call.text(.hangupBy)), ("Reason", call.text(.hangupReason)),
            ("Error", call.text(.errorMessage)), ("Provider", call.text(.provider)),
        ]
        let times: [(String, Timestamp)] = [("Started", call.startedAt), ("As of", freshness.asOf)]
        return times.map { Self.fact($0.0, time: $0.1) }
            + texts.compactMap { name, text in text.map { Self.fact(name, text: $0) } }
            + [Self.fact("Source", text: freshness.source.noun + (freshness.isVerified ? "" : ", sender not verified"))]
    }

    private static func fact(_ name: String, text: String) -> PageView {
        ["name": name, "text": cut(text), "time": false]
    }

    private static func fact(_ name: String, time: Timestamp) -> PageView {
        ["name": name, "text": "", "time": PageText.time(time)]
    }

    private static func cut(_ text: String) -> String {
        text.count > longestDetail ? text.prefix(longestDetail) + "…" : text
    }

    /// The last word of the explanation, and what is expected next.
    private var why: [PageView] { explanation.conclusion.map(sentence) }

    private func sentence(_ text: String) -> PageView { PageText.sentence(text, day: explanation.clock.day) }

    private var costView: PageView? {
        guard let total = call.cost else { return nil }
        var parts: [PageView] = []
        if case .json(let json)? = call[.costBreakdown],
            let object = try? JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
        {
            parts = object.keys.sorted().prefix(20).compactMap { key in
                guard let cents = (object[key] as? NSNumber)?.doubleValue, let money = PageText.money(cents: cents)
                else { return nil }
                return ["name": PageText.words(key), "money": money]
            }
        }
        return ["total": total, "parts": parts.orAbsent]
    }

    // MARK: Recording and other artefacts

    private func recordingView(path: String, at now: Timestamp) -> PageView {
        let word = call.recordingState
        let wait = call.record.ledger.artefacts?[.recording]
        let since = call.record.ledger.artefacts?.since
        let usual = wait?.history?.within.map { "usually ready within \($0.words)" } ?? "usually ready in 2–3 min"
        let sentence: String =
            switch word {
            case .ready: "The recording is ready."
            case .processing: "Recording processing – \(usual)"
            case .later: "The recording follows after the call."
            case .missing: "The recording was looked for \(wait?.looks ?? 0) times and did not come."
            case .notProvided: "This agent's calls have no recording."
            case .none: "This call has no recording."
            }
        return [
            "isReady": word == .ready, "isPlayable": word == .ready && call.reveals,
            "isProcessing": word == .processing, "text": sentence,
            "since": (word == .processing ? since : nil).map(PageText.time).orAbsent,
            "waited": since.map { PageText.duration(now.duration(since: $0).seconds) }.orAbsent,
            "next": (word == .processing ? wait?.due : nil).map(PageText.time).orAbsent,
            "src": "/api/v1\(path)/recording",
        ]
    }

    private func artefacts(at now: Timestamp) -> [PageView] {
        (call.record.ledger.artefacts?.waits ?? []).map { wait in
            let time = wait.state == .expected ? wait.due : wait.endedAt
            return [
                "name": wait.artefact.word, "state": wait.state.word, "isExpected": wait.state == .expected,
                "isArrived": wait.state == .arrived, "isMissing": wait.state == .missing,
                "when": time.map(PageText.time).orAbsent,
                "history": (wait.state == .arrived ? nil : wait.history?.words).orAbsent,
            ]
        }
    }

    // MARK: What was said

    private func transcript(path: String) -> PageView? {
        guard call.reveals, let text = call.text(.transcript) else { return nil }
        let whole = text.count <= Self.mostCharacters
        let lines = Self.turns(of: String(text.prefix(Self.mostCharacters)))
        let isCut = !whole || lines.count > Self.mostLines
        return [
            "turns": lines.prefix(Self.mostLines).map { turn in
                ["who": turn.who, "isAgent": turn.isAgent, "text": turn.text] as PageView
            },
            "rest": isCut ? "\(path)/transcript" as Any : false,
        ]
    }

    /// The turns of a conversation: lines begin with who speaks; one that does not goes on with the turn before.
    static func turns(of text: String) -> [(who: String, isAgent: Bool, text: String)] {
        var turns: [(who: String, isAgent: Bool, text: String)] = []
        for line in text.split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: ":", maxSplits: 1)
            let speaker = parts.count == 2 ? parts[0].lowercased().filter { $0 != " " } : ""
            let said = parts.count == 2 ? String(parts[1].drop { $0 == " " }) : ""
            switch speaker {
            case "assistant", "agent": turns.append(("Agent", true, said))
            case "user", "caller", "human": turns.append(("Caller", false, said))
            default:
                if turns.isEmpty {
                    turns.append(("", false, String(line)))
                } else {
                    turns[turns.count - 1].text += " " + line
                }
            }
        }
        return turns
    }

    // MARK: How it came to be known

    /// The steps, newest last, with marks where nothing was heard for long.
    private var timeline: [PageView] {
        let path = "/calls/\(PercentCoding.encode(call.record.call.rawValue))"
        var rows: [PageView] = []
        var last: Timestamp?
        for step in explanation.steps.suffix(Self.mostSteps) {
            if let last, step.receivedAt.duration(since: last) > Self.gap {
                rows.append(["isGap": true, "text": "\(step.receivedAt.duration(since: last).words) without news"])
            }
            last = step.receivedAt
            let isRead = step.observation.source.isFullRead
            rows.append([
                "isGap": false, "number": step.number, "source": step.observation.source.word, "isRead": isRead,
                "isWebhook": step.observation.source == .webhook, "noun": step.observation.source.noun,
                "trust": step.observation.trust.word, "time": PageText.time(step.receivedAt),
                "status": step.status.map { PageText.words($0.word) }.orAbsent, "look": step.status?.look ?? "unknown",
                "lag": step.lag.map { $0 < .zero ? "" : "\($0.words) after Bolna's change" } ?? "",
                "text": step.arrival.sentence(claimed: step.status),
                "count": step.count > 1 ? "\(step.count)×" as Any : false,
                "isOverruled": step.arrival.outcome == .stale || step.arrival.outcome == .duplicate,
                "raw":
                    (call.reveals
                    ? filters.address("\(path)/payloads/\(step.position)") : nil).orAbsent,
                "notes": explanation.notes(on: step).map(sentence).orAbsent,
            ])
        }
        return rows
    }

    private var contradictions: [PageView] {
        explanation.contradictions.suffix(20).map { sentence(explanation.sentence(for: $0)) }
    }

    /// Every field with the step that gave it; what was said or given about a person stands elsewhere or not at all.
    private var details: [PageView] {
        explanation.winners.suffix(80).compactMap { winner in
            guard case .field(let field) = winner.claim, !VisibleCall.personalFields.contains(field),
                let value = VisibleCall.visible(winner.value, of: field, reveals: call.reveals)
            else { return nil }
            var view: PageView = [
                "name": PageText.words(camel: winner.claim.name), "step": winner.step, "time": false, "text": "",
            ]
            switch value {
            case .text(let text): view["text"] = Self.cut(text)
            case .number(let number): view["text"] = number.formattedPlainly
            case .flag(let flag): view["text"] = flag ? "yes" : "no"
            case .time(let time): view["time"] = PageText.time(time)
            case .json(let json): view["text"] = Self.cut(json)
            }
            return view
        }
    }
}

extension Double {
    /// The number without a fraction of zero.
    fileprivate var formattedPlainly: String {
        self == rounded() && abs(self) < 1e15 ? String(Int64(self)) : String(self)
    }
}
