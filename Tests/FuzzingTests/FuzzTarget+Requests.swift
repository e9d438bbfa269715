import CallDomain
import WebhookTrust

@testable import GatewayHTTP

extension FuzzTarget {
    /// Parts of requests to the API.
    static let requests: [FuzzTarget] = [
        FuzzTarget("query", seeds: ["limit=5&status=busy,no-answer&text=a%20b+c", "a&b=&=c&%C3%A9=1", "a=1&a=2"]) {
            input in
            guard let query = QueryParameters(text(input)[...]) else { return }
            for name in ["limit", "status", "text", "cursor"] where query.text(name) != nil {
                try hold(query.contains(name), "what has a value is there")
            }
        },
        FuzzTarget("percent-coding", seeds: ["a%20b", "%C3%A9", "%F0%9F%98%80", "%", "%zz"]) { input in
            guard let decoded = PercentCoding.decode(text(input)) else { return }
            try hold(PercentCoding.decode(PercentCoding.encode(decoded)) == decoded, "what is written can be read")
        },
        FuzzTarget("cursor", seeds: ["MXxkZWZhdWx0fDF8YQ", "MXxkZWZhdWx0fDQy", "MXxvdGhlcnwxfGE"]) { input in
            let given = text(input)
            if let number = PageCursor.number(in: given, account: .default) {
                let written = PageCursor.text(number: number, account: .default)
                try hold(PageCursor.number(in: written, account: .default) == number, "what is written can be read")
            }
            if let cursor = PageCursor.cursor(in: given, account: .default) {
                let written = PageCursor.text(cursor, account: .default)
                try hold(PageCursor.cursor(in: written, account: .default) == cursor, "what is written can be read")
                let other = PageCursor.cursor(in: given, account: AccountID(rawValue: "other"))
                try hold(other == nil, "a cursor serves one account")
            }
        },
        FuzzTarget(
            "cookie",
            seeds: ["token=a.b.c; authToken=d", "__Host-gateway=AAAA\na=b; token=\"x=y\"", "token=a;token=b", "token"]
        ) { input in
            let fields = lines(input)
            for name in ["token", "authToken", "__Host-gateway"] {
                guard let value = RequestCookies.value(of: name, among: fields) else { continue }
                try hold(!value.contains(";"), "a value ends where its pair does")
                try hold(RequestCookies.value(of: name, among: ["\(name)=\(value)"]) == value, "one text, one meaning")
                let doubled = RequestCookies.value(of: name, among: fields + ["\(name)=\(value)"])
                try hold(doubled == nil, "of two cookies none counts")
            }
        },
        FuzzTarget(
            "application-token",
            seeds: [
                // {"alg":"HS256"} and {"id":"u1","exp":1893456000}; the second with a kid, several audiences and a huge time.
                "eyJhbGciOiJIUzI1NiJ9.eyJpZCI6InUxIiwiZXhwIjoxODkzNDU2MDAwfQ.AAAA",
                "eyJhbGciOiJFUzI1NiIsImtpZCI6ImEifQ.eyJhdWQiOlsiYSIsImIiXSwiZXhwIjoxZTMwOCwiaWQiOjd9.AA",
                "eyJhbGciOiJub25lIn0.e30.", "..",
            ]
        ) { input in
            let given = text(input)
            guard let token = try? TokenText(given) else { return }
            try hold(TokenText.isShaped(given), "what can be read has the shape")
            try hold(given.utf8.starts(with: token.signed), "what is signed stands in the token")
            try hold(given.utf8.count <= TokenText.longest, "a token is bounded")
            for claim in ["id", "sub", "account", "exp", "nbf", "aud"] {
                if let name = token.claims.name(claim) {
                    try hold((1...TokenSettings.longestUser).contains(name.utf8.count), "a name is bounded")
                    try hold(!name.unicodeScalars.contains { $0.value < 0x20 }, "a name is one line")
                }
                if let time = token.claims.time(claim) {
                    try hold(time.rawValue.magnitude <= 253_402_300_799_000_000, "a time has a year of four digits")
                }
                _ = token.claims.texts(claim)
            }
        },
        FuzzTarget("byte-range", seeds: ["bytes=0-99", "bytes=5-", "bytes=-5", "bytes=0-1,3-4", "items=0-1"]) { input in
            guard let range = ByteRange(fieldValue: text(input)) else { return }
            try hold(ByteRange(fieldValue: range.fieldValue) == range, "what is written can be read")
        },
        FuzzTarget("time", seeds: ["2026-03-04T09:15:08.112233Z", "2026-02-29T24:00:00+05:30", "0000-00-00"]) { input in
            guard let time = Timestamp(iso8601: text(input)) else { return }
            try hold(Timestamp(iso8601: time.iso8601(fractionDigits: 6)) == time, "what is written can be read")
        },
        FuzzTarget("number-mask", seeds: ["call +919876543210 now", "1234567", "+1 415 555 0100"]) { input in
            let masked = NumberMask.maskNumbers(in: text(input))
            let longest = masked.utf8.split { !(0x30...0x39).contains($0) }.map(\.count).max() ?? 0
            try hold(longest < 7, "no number is left whole")
        },
    ]
}
