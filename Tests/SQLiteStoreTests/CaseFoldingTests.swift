import Testing

@testable import SQLiteStore

@Suite struct CaseFoldingTests {
    @Test("Every character is folded as the standard library does it")
    func characters() {
        var differing: [UInt32] = []
        for value in UInt32(0)...0x10FFFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let text = String(Character(scalar))
            if text.caseFolded != text.lowercased() { differing.append(value) }
        }
        #expect(differing == [])
    }

    @Test(
        "Texts are folded as the standard library does it",
        arguments: [
            "", "plain", "Mixed CASE, 123 [\\]^_`{|}~ @", "ÄÖÜ ß ẞ straße", "नमस्ते, Aap KAISE हैं?", "ΟΔΥΣΣΕΥΣ Σ",
            "İstanbul IĞDIR", "“Quoted” — DASH… €", "日本語 テキスト ABC", "👩‍👩‍👧‍👦 FAMILY", "e\u{301}É\u{301}", "a\u{0}B",
        ])
    func texts(text: String) {
        #expect(Array(text.caseFolded.unicodeScalars) == Array(text.lowercased().unicodeScalars))
        #expect(Array((text + text).caseFolded.utf8) == Array((text + text).lowercased().utf8))
    }
}
