import CallDomain

/// Plots as inline SVG, stretched to the width there is; words stand beside them in HTML, so that they keep their size.
enum ReportPlots {
    /// Bars over time, two numbers stacked on each other: `first` at the bottom.
    static func stacked(first: [Int], second: [Int], names: (String, String), times: [String]) -> String {
        let most = zip(first, second).map(+).max() ?? 0
        guard most > 0 else { return "" }
        var bars = ""
        for (index, (low, high)) in zip(first, second).enumerated() where low + high > 0 {
            let lowHeight = 100 * Double(low) / Double(most)
            let highHeight = 100 * Double(high) / Double(most)
            let time = index < times.count ? HTMLText.escaped(times[index]) : ""
            bars += "<g><title>\(time): \(low) \(names.0), \(high) \(names.1)</title>"
            bars += bar(index: index, from: 100 - lowHeight, height: lowHeight, class: "a")
            bars += bar(index: index, from: 100 - lowHeight - highHeight, height: highHeight, class: "b")
            bars += "</g>"
        }
        return chart(bars, steps: first.count, label: "\(names.0) and \(names.1) over time, at most \(most) in a step")
    }

    /// Bars over time.
    static func plain(_ numbers: [Int], name: String, times: [String]) -> String {
        stacked(first: numbers, second: Array(repeating: 0, count: numbers.count), names: (name, "more"), times: times)
    }

    private static func chart(_ bars: String, steps: Int, label: String) -> String {
        """
        <svg class="chart" viewBox="0 0 \(steps) 100" preserveAspectRatio="none" role="img" \
        aria-label="\(HTMLText.escaped(label))">\(bars)</svg>
        """
    }

    private static func bar(index: Int, from top: Double, height: Double, class name: String) -> String {
        guard height > 0 else { return "" }
        return """
            <rect class="\(name)" x="\(decimal(Double(index) + 0.08))" y="\(decimal(top))" width=".84" \
            height="\(decimal(height))"/>
            """
    }

    /// One horizontal bar, a share of the widest.
    static func share(_ number: Int, of most: Int) -> String {
        let width = most > 0 ? 100 * Double(number) / Double(most) : 0
        return """
            <svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">\
            <rect class="a" width="\(decimal(number > 0 ? max(width, 0.6) : 0))" height="1"/></svg>
            """
    }

    /// Where in a window spans lie; those without a length are thin lines.
    static func spans(_ spans: [(from: Timestamp, to: Timestamp)], in query: ReportQuery) -> String {
        let length = query.to.duration(since: query.from).seconds
        guard length > 0 else { return "" }
        let rects = spans.map { span in
            let start = max(span.from, query.from).duration(since: query.from).seconds / length * 100
            let end = min(span.to, query.to).duration(since: query.from).seconds / length * 100
            let width = max(end - start, 0.4)
            return "<rect class=\"b\" x=\"\(decimal(min(start, 99.6)))\" width=\"\(decimal(width))\" height=\"1\"/>"
        }
        return """
            <svg class="strip" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">\
            <rect class="track" width="100" height="1"/>\(rects.joined())</svg>
            """
    }

    /// A number with at most two decimals.
    private static func decimal(_ number: Double) -> String {
        let hundredths = Int((number * 100).rounded())
        let (whole, rest) = hundredths.quotientAndRemainder(dividingBy: 100)
        if rest == 0 { return String(whole) }
        let digits = rest < 10 ? "0\(rest)" : String(rest)
        return "\(whole).\(digits.hasSuffix("0") ? String(digits.dropLast()) : digits)"
    }
}

/// Text in HTML.
enum HTMLText {
    /// The text with `&`, `<`, `>`, `"` and `'` escaped.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        escaped.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
