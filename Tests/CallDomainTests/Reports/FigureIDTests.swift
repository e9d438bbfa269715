import CallDomain
import Testing

@Suite("FigureID")
struct FigureIDTests {
    @Test("Every figure has a title of its own and one sentence of explanation")
    func words() {
        #expect(Set(FigureID.allCases.map(\.title)).count == FigureID.allCases.count)
        for figure in FigureID.allCases {
            #expect(!figure.title.isEmpty)
            #expect(figure.explanation.hasSuffix("."))
        }
    }
}
