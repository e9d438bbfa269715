import CallDomain

/// Numbers and times as people read them in reports.
enum ReportText {
    /// A value in its unit: counts with thin spaces between thousands, durations in the largest unit that fits.
    static func value(_ value: Int?, unit: FigureID.Unit) -> String {
        guard let value else { return "–" }
        return unit == .milliseconds ? duration(.milliseconds(value)) : grouped(value)
    }

    /// A number with thin, unbreakable spaces between groups of three digits.
    static func grouped(_ number: Int) -> String {
        let digits = Array(String(number.magnitude))
        var text = number < 0 ? "−" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { text += "\u{202F}" }
            text.append(digit)
        }
        return text
    }

    /// A duration such as `340 ms`, `2.4 s`, `3 min 10 s`, `2 h 5 min`.
    static func duration(_ duration: Duration) -> String {
        let milliseconds = duration.microseconds / 1_000
        switch milliseconds {
        case ..<1_000: return "\(milliseconds) ms"
        case ..<60_000: return "\(milliseconds / 1_000).\(milliseconds % 1_000 / 100) s"
        default: return ReportCoverage.words(duration)
        }
    }

    /// The end of a bar: `20 ms`, `5 s`, `2 min`, `3 h`, `1 d`, rounded down.
    static func short(_ duration: Duration) -> String {
        let milliseconds = duration.microseconds / 1_000
        return switch milliseconds {
        case ..<1_000: "\(milliseconds) ms"
        case ..<60_000: "\(milliseconds / 1_000) s"
        case ..<3_600_000: "\(milliseconds / 60_000) min"
        case ..<172_800_000: "\(milliseconds / 3_600_000) h"
        default: "\(milliseconds / 86_400_000) d"
        }
    }

    /// A part as a share of the whole: `12 %`; nothing where there is no whole.
    static func share(_ part: Int?, of whole: Int?) -> String {
        guard let part, let whole, whole > 0 else { return "" }
        let tenths = (part * 1_000 + whole / 2) / whole
        if part > 0, tenths == 0 { return "< 0.1 %" }
        return tenths.isMultiple(of: 10) || tenths >= 100 ? "\((tenths + 5) / 10) %" : "\(tenths / 10).\(tenths % 10) %"
    }

    /// A time to the second, without its zone, which is UTC.
    static func time(_ time: Timestamp) -> String {
        let text = time.iso8601(fractionDigits: 0)
        return "\(text.prefix(10)) \(text.dropFirst(11).dropLast())"
    }

    /// An incident's kind in words.
    static func words(_ word: String) -> String { String(word.map { $0 == "-" ? " " : $0 }) }
}

/// A figure and what it stands beside: the figures of one group, parts under what they divide.
struct FigureRow {
    var figure: ReconciliationReport.Figure
    /// The whole, where the figure is a part of one.
    var whole: Int?
    /// Whether it is a part.
    var isPart: Bool
    /// The name of its division, before the first of its parts; nil for all others.
    var division: String?

    /// The rows of a group, without parts of zero: a division's total says that they are there.
    static func rows(of report: ReconciliationReport, in group: FigureID.Group) -> [FigureRow] {
        var rows: [FigureRow] = []
        var lastKind: FigureID.Kind?
        for figure in report.figures where figure.id.group == group {
            let isPart = figure.id.part != nil
            if isPart, (figure.value ?? 0) == 0, figure.id.unit != .milliseconds { continue }
            if isPart, figure.value == nil { continue }
            let isFirst = isPart && figure.id.kind != lastKind
            rows.append(
                FigureRow(
                    figure: figure, whole: figure.id.total.flatMap { report.value($0) }, isPart: isPart,
                    division: isFirst ? figure.id.kind.title : nil))
            lastKind = figure.id.kind
        }
        return rows
    }
}
