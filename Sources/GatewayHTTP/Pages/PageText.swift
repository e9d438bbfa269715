import CallDomain

/// Values as templates take them, in words that hold without scripts; scripts then write them as the viewer is used to.
enum PageText {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// A time: what programs read, and what people do.
    static func time(_ time: Timestamp) -> PageView { ["iso": time.iso8601(), "text": words(time)] }

    /// A time such as `22 Nov 12:00:00 UTC`, with the year where it is not plain.
    static func words(_ time: Timestamp) -> String {
        let parts = time.iso8601(fractionDigits: 0).split { "-T:Z".contains($0) }.map(String.init)
        guard parts.count == 6, let month = Int(parts[1]), months.indices.contains(month - 1) else {
            return time.iso8601(fractionDigits: 0)
        }
        return "\(parts[2]) \(months[month - 1]) \(parts[0]) \(parts[3]):\(parts[4]):\(parts[5]) UTC"
    }

    /// Seconds such as `1:32` or `1:02:03`.
    static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "–" }
        let whole = Int(seconds.rounded())
        let (hours, minutes, rest) = (whole / 3_600, whole / 60 % 60, whole % 60)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return hours > 0 ? "\(hours):\(two(minutes)):\(two(rest))" : "\(minutes):\(two(rest))"
    }

    /// An amount of US cents: what programs read, and what people do.
    static func money(cents: Double) -> PageView? {
        guard cents.isFinite, abs(cents) < 1e12 else { return nil }
        let tenths = Int((cents * 10).rounded())
        let (dollars, rest) = abs(tenths).quotientAndRemainder(dividingBy: 1_000)
        let digits = String(1_000 + rest).dropFirst()
        let amount = "\(dollars).\(digits)"
        return ["value": (tenths < 0 ? "-" : "") + amount, "text": (tenths < 0 ? "−$" : "$") + amount]
    }

    /// A word of Bolna's or of ours without hyphens.
    static func words(_ word: String) -> String { String(word.map { $0 == "-" || $0 == "_" ? " " : $0 }) }

    /// A name in camel case as words: `hangupReason` as `hangup reason`.
    static func words(camel name: String) -> String {
        name.reduce(into: "") { words, character in
            if character.isUppercase { words += " " }
            words += character.lowercased()
        }
    }

    /// A count with its noun: `1 call`, `12 calls`.
    static func count(_ number: Int, _ noun: String) -> String {
        "\(ReportText.grouped(number)) \(number == 1 ? noun : noun + "s")"
    }

    /// A sentence of the gateway's with the times in it apart, so that scripts write them in the viewer's zone. Times are
    /// those of reports and explanations, such as `2026-03-04 10:02:11` or, of `day`, `10:02:11`, in UTC.
    static func sentence(_ text: String, day: String? = nil) -> PageView {
        var parts: [PageView] = []
        var rest = text[...]
        for match in text.matches(of: #/(?:(\d{4}-\d\d-\d\d) )?(\d\d:\d\d:\d\d)(?: UTC)?/#) {
            guard let date = match.1.map(String.init) ?? day,
                let time = Timestamp(iso8601: "\(date)T\(match.2)Z")
            else { continue }
            parts.append(["text": String(rest[..<match.range.lowerBound]), "time": false])
            let isExact = match.1 != nil
            let view: PageView = [
                "iso": time.iso8601(), "text": isExact ? words(time) : "\(match.2) UTC",
                "as": isExact ? "exact" : "clock",
            ]
            parts.append(["text": "", "time": view])
            rest = text[match.range.upperBound...]
        }
        parts.append(["text": String(rest), "time": false])
        return ["parts": parts]
    }

    /// A time as forms take it, to the minute, in UTC.
    static func formValue(_ time: Timestamp) -> String { String(time.iso8601(fractionDigits: 0).prefix(16)) }

    /// An agent by its name, where it has one, beside a short form of its id.
    static func agent(_ id: String, names: [AgentID: String]) -> PageView {
        ["id": id, "name": names[AgentID(rawValue: id)].orAbsent, "short": short(id)]
    }

    /// The same in one text.
    static func agentLabel(_ id: String, names: [AgentID: String]) -> String {
        names[AgentID(rawValue: id)].map { "\($0) (\(short(id)))" } ?? id
    }

    /// The beginning of an id that is too long to be read.
    private static func short(_ id: String) -> String { id.count > 12 ? id.prefix(8) + "…" : id }

    /// An address with parameters, in their order.
    static func address(_ path: String, _ parameters: [(String, String)]) -> String {
        guard !parameters.isEmpty else { return path }
        let pairs = parameters.map { "\(PercentCoding.encode($0.0))=\(PercentCoding.encode($0.1))" }
        return path + "?" + pairs.joined(separator: "&")
    }
}
