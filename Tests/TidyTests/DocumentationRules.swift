/// Every declaration that another target can see carries a doc comment, the cases of such enumerations included.
enum DocumentationRules {
    /// The complaints about one file.
    static func violations(in file: SourceFile) -> [String] {
        var complaints: [String] = []
        var visibleEnums: [Int] = []
        for (number, line) in file.lines.enumerated() {
            let indentation = line.prefix { $0 == " " }.count
            let text = line.drop { $0 == " " }
            guard !text.isEmpty else { continue }
            if text.hasPrefix("}") { visibleEnums.removeAll { $0 >= indentation } }
            let isCase = text.hasPrefix("case ") && visibleEnums.contains(indentation - 4)
            if isVisibleDeclaration(text) {
                if isEnumeration(text), text.hasSuffix("{") { visibleEnums.append(indentation) }
            } else if !isCase {
                continue
            }
            if !isDocumented(file.lines, at: number) {
                complaints.append("\(file.path):\(number + 1): needs a doc comment: \(text.prefix(60))")
            }
        }
        return complaints
    }

    /// Whether the line declares something `package` or `public`, imports apart.
    private static func isVisibleDeclaration(_ text: Substring) -> Bool {
        let words = text.split(separator: " ").map(String.init).drop { $0.hasPrefix("@") || $0.hasPrefix("indirect") }
        guard let access = words.firstIndex(where: { $0 == "public" || $0 == "package" }) else { return false }
        guard words[words.startIndex..<access].allSatisfy(declarationModifiers.contains) else { return false }
        let rest = words[(access + 1)...].drop { declarationModifiers.contains($0) }
        guard let keyword = rest.first.map({ String($0.prefix { $0.isLetter }) }) else { return false }
        return keywords.contains(keyword)
    }

    private static func isEnumeration(_ text: Substring) -> Bool { text.split(separator: " ").contains("enum") }

    /// Whether a doc comment ends right above the line, attributes between them apart.
    private static func isDocumented(_ lines: [Substring], at number: Int) -> Bool {
        var above = number - 1
        while above >= 0 {
            let text = lines[above].drop { $0 == " " }
            if text.hasPrefix("///") { return true }
            guard text.hasPrefix("@") else { return false }
            above -= 1
        }
        return false
    }

    private static let declarationModifiers: Set<String> = [
        "static", "final", "override", "mutating", "nonmutating", "nonisolated", "convenience", "required", "indirect",
        "consuming", "borrowing", "unsafe", "isolated", "lazy", "weak", "unowned", "prefix", "postfix", "private(set)",
    ]
    private static let keywords: Set<String> = [
        "let", "var", "func", "init", "subscript", "struct", "class", "enum", "actor", "protocol", "extension",
        "typealias", "associatedtype", "case", "macro",
    ]
}
