import BolnaWire
import Foundation
import GatewayHTTP

/// What one check of `gateway doctor` found.
struct Finding: Hashable, Sendable {
    /// How grave it is.
    enum Grade: String, CaseIterable, Sendable {
        /// In order.
        case ok
        /// It works, but not well, or not for long.
        case warn
        /// It does not work, or is not safe.
        case fail
    }

    /// What was looked at, in a word or two.
    var check: String
    /// How grave it is.
    var grade: Grade
    /// What was found, without secrets.
    var text: String
    /// What to do; nil where nothing is.
    var advice: String?

    static func ok(_ check: String, _ text: String) -> Finding { Finding(check: check, grade: .ok, text: text) }

    static func warn(_ check: String, _ text: String, _ advice: String) -> Finding {
        Finding(check: check, grade: .warn, text: text, advice: advice)
    }

    static func fail(_ check: String, _ text: String, _ advice: String) -> Finding {
        Finding(check: check, grade: .fail, text: text, advice: advice)
    }
}

/// All findings, as they are printed.
struct DoctorReport {
    var findings: [Finding]

    /// How many are of a grade.
    func count(_ grade: Finding.Grade) -> Int { findings.count { $0.grade == grade } }

    /// One line a check.
    var table: String {
        let width = findings.map(\.check.count).max() ?? 0
        let lines = findings.map { finding in
            let grade = finding.grade.rawValue.padding(toLength: 4, withPad: " ", startingAt: 0)
            let check = finding.check.padding(toLength: width, withPad: " ", startingAt: 0)
            return "\(grade)  \(check)  \(finding.text)\(finding.advice.map { ": \($0)" } ?? "")"
        }
        let summary = "\(count(.ok)) in order, \(count(.warn)) to look at, \(count(.fail)) wrong"
        return (lines + [summary]).joined(separator: "\n")
    }

    /// A header and a row for each check, ended by CRLF.
    var csv: String {
        CSVText.lines(
            [["check", "grade", "text", "advice"]]
                + findings.map { [$0.check, $0.grade.rawValue, $0.text, $0.advice ?? ""] })
    }

    /// An object with the findings and their number by grade.
    var json: String {
        var writer = JSONWriter()
        writer.object { writer in
            for grade in Finding.Grade.allCases { writer.member(grade.rawValue, count(grade)) }
            writer.key("findings")
            writer.array { writer in
                for finding in findings {
                    writer.object { writer in
                        writer.member("check", finding.check)
                        writer.member("grade", finding.grade.rawValue)
                        writer.member("text", finding.text)
                        writer.member("advice", finding.advice)
                    }
                }
            }
        }
        return writer.text
    }
}
