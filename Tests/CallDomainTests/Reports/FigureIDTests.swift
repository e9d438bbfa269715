import CallDomain
import Testing

@Suite("FigureID")
struct FigureIDTests {
    @Test(
        "Every kind has a title and one sentence of explanation, and figures that stand for themselves a title of their own"
    )
    func words() {
        let whole = FigureID.all.filter { $0.part == nil }
        #expect(Set(whole.map(\.title)).count == whole.count)
        for figure in FigureID.all {
            #expect(!figure.title.isEmpty)
            #expect(!figure.kind.title.isEmpty)
            #expect(figure.explanation.hasSuffix("."))
        }
    }

    @Test("An id is read as it is written, is no other figure's, and can stand in an address as it is")
    func rawValues() {
        #expect(Set(FigureID.all.map(\.rawValue)).count == FigureID.all.count)
        for figure in FigureID.all {
            #expect(FigureID(rawValue: figure.rawValue) == figure)
            #expect(
                figure.rawValue.utf8.allSatisfy { byte in
                    (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D || byte == 0x2E
                })
        }
    }

    @Test(
        "What is no id is none",
        arguments: ["", "calls.", "calls.webhook", "changes-by-source", "CALLS", "webhook-latency.p51"])
    func wrong(text: String) {
        #expect(FigureID(rawValue: text) == nil)
    }

    @Test("A division's total is a figure that stands for itself, in the same unit and group")
    func totals() {
        for figure in FigureID.all {
            guard let total = figure.total else { continue }
            #expect(total.part == nil)
            #expect(total.kind.parts.isEmpty)
            #expect(total.unit == figure.unit)
            #expect(total.group == figure.group)
        }
    }
}
