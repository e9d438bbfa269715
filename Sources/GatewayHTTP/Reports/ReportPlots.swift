import CallDomain

/// Plots as inline SVG, stretched to the width there is; words stand beside them in HTML, so that they keep their size.
enum ReportPlots {
    /// Numbers over time that are drawn in one colour.
    struct Layer {
        var name: String
        var numbers: [Int]
    }

    /// The colours' classes, in the order of layers; there are at most so many.
    private static let classes = ["a", "b", "c"]

    /// The highest bar.
    static func most(_ layers: [Layer]) -> Int {
        (0..<(layers.map(\.numbers.count).max() ?? 0)).map { sum(layers, at: $0) }.max() ?? 0
    }

    private static func sum(_ layers: [Layer], at index: Int) -> Int {
        layers.reduce(0) { $0 + ($1.numbers.indices.contains(index) ? $1.numbers[index] : 0) }
    }

    /// Bars over time, layers stacked on each other, the first at the bottom; nothing where all is zero. `words` say what a
    /// bar stands for, where that is not its layers' numbers.
    static func stacked(_ layers: [Layer], times: [String], words titles: [String] = []) -> String {
        let most = most(layers)
        guard most > 0, let steps = layers.map(\.numbers.count).max() else { return "" }
        var bars = ""
        for index in 0..<steps where sum(layers, at: index) > 0 {
            let time = index < times.count ? HTMLText.escaped(times[index]) : ""
            var top = 100.0
            var words: [String] = []
            var rects = ""
            for (layer, name) in zip(layers, classes) where layer.numbers.indices.contains(index) {
                let height = 100 * Double(layer.numbers[index]) / Double(most)
                top -= height
                rects += bar(index: index, from: top, height: height, class: name)
                words.append("\(layer.numbers[index]) \(layer.name)")
            }
            let title = titles.indices.contains(index) ? HTMLText.escaped(titles[index]) : words.joined(separator: ", ")
            bars += "<g><title>\(time): \(title)</title>\(rects)</g>"
        }
        let names = layers.map(\.name).joined(separator: ", ")
        let label = titles.isEmpty ? "\(names) over time, at most \(most) in a step" : "\(names) over time"
        return chart(bars, steps: steps, label: label)
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

    /// How parts of a whole changed over time, as bars of equal height: the first part below, the rest above it; nothing
    /// where there was none of either. Parts are told apart in eighths, and neighbours that are alike are one bar.
    static func parts(_ first: [Int], _ second: [Int]) -> String {
        let eighths = zip(first, second).map { first, second -> Int? in
            first + second > 0 ? (first * 8 + (first + second) / 2) / (first + second) : nil
        }
        var rects = ""
        var start = 0
        for index in eighths.indices where index + 1 == eighths.count || eighths[index + 1] != eighths[index] {
            let width = index + 1 - start
            if let part = eighths[index] {
                if part < 8 { rects += "<rect class=\"b\" x=\"\(start)\" width=\"\(width)\" height=\"\(8 - part)\"/>" }
                if part > 0 {
                    rects +=
                        "<rect class=\"a\" x=\"\(start)\" y=\"\(8 - part)\" width=\"\(width)\" height=\"\(part)\"/>"
                }
            }
            start = index + 1
        }
        return """
            <svg class="strip parts" viewBox="0 0 \(max(eighths.count, 1)) 8" preserveAspectRatio="none" aria-hidden="true">\
            <rect class="track" width="\(max(eighths.count, 1))" height="8"/>\(rects)</svg>
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
