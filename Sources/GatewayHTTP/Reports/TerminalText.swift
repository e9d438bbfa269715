/// Text from outside on its way to a terminal.
package enum TerminalText {
    /// The text with characters replaced that would steer a terminal or turn the direction of writing: controls (C0 and
    /// C1), format characters, and separators of lines. Line breaks and tabs stay where they are asked for.
    package static func safe(_ text: String, keepsLines: Bool = false) -> String {
        var safe = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control where keepsLines && (scalar == "\n" || scalar == "\t"): safe.append(scalar)
            case .control, .format, .lineSeparator, .paragraphSeparator: safe.append("\u{FFFD}")
            default: safe.append(scalar)
            }
        }
        return String(safe)
    }
}
