import Testing

@testable import BolnaClient

@Suite("MediaAddress")
struct MediaAddressTests {
    private static func hosts() throws -> RecordingHosts {
        RecordingHosts(
            api: try BolnaBaseURL(validating: "https://api.bolna.ai"),
            patterns: RecordingSettings.usualHosts + ["media.example.com", "media.internal:8443"])
    }

    @Test(
        "Addresses lead nowhere but to listed hosts, over https, without tricks",
        arguments: [
            // Not https, or not an address.
            "", " ", "/", "//s3.amazonaws.com/x", "x", "https://", "https:///x", "http://media.example.com/x",
            "ftp://media.example.com/x", "file:///etc/passwd", "gopher://media.example.com/x",
            "dict://127.0.0.1:11211/",
            "ldap://media.example.com", "data:audio/wav;base64,AA", "javascript:alert(1)", "smb://media.example.com/x",
            "https:media.example.com/x", "HTTP://media.example.com/x", "jar:https://media.example.com!/",
            // This machine and what is near it, however it is written.
            "https://127.0.0.1/x", "https://127.1/x", "https://2130706433/x", "https://0x7f000001/x",
            "https://0x7f.1/x",
            "https://0177.0.0.1/x", "https://017700000001/x", "https://0/x", "https://0.0.0.0/x", "https://localhost/x",
            "https://localhost./x", "https://LOCALHOST/x", "https://[::1]/x", "https://[::]/x",
            "https://[::ffff:127.0.0.1]/x", "https://[0:0:0:0:0:ffff:7f00:1]/x", "https://[fe80::1%25eth0]/x",
            "https://[64:ff9b::7f00:1]/x", "https://169.254.169.254/latest/meta-data/", "https://[fd00:ec2::254]/x",
            "https://0xa9fea9fe/x", "https://2852039166/x", "https://metadata.google.internal/x",
            "https://10.0.0.1/x", "https://192.168.1.1/x", "https://172.16.0.1/x", "https://100.64.0.1/x",
            // Hosts that look like listed ones.
            "https://evilmedia.example.com/x", "https://media.example.com.evil.example/x",
            "https://x.media.example.com/x", "https://example.com/x", "https://media.example.co/x",
            "https://amazonaws.com/x", "https://s3.amazonaws.com/bucket/x", "https://s3.amazonaws.com.evil.example/x",
            "https://bucket.s3.amazonaws.com.evil.example/x", "https://a.b.s3.amazonaws.com/x",
            "https://bucket.s3.evil.example/x", "https://bucket.s3.a.b.amazonaws.com/x", "https://bolna.ai/x",
            "https://api.bolna.ai.evil.example/recordings/call/a", "https://media.example.com./x",
            // The host is not where it seems to be.
            "https://media.example.com@evil.example/x", "https://media.example.com:443@evil.example/x",
            "https://user@media.example.com/x", "https://user:secret@media.example.com/x",
            "https://:@media.example.com/x",
            "https://evil.example#@media.example.com/x", "https://evil.example\\@media.example.com/x",
            "https://evil.example?.media.example.com/x", "https://evil.example/.media.example.com/x",
            "https://media.example.com%2f@evil.example/x", "https://media.example.com%00.evil.example/x",
            "https://media.example.com\t.evil.example/x", "https://media.example.com\r\nX: y/x",
            "https://media.example.com /x",
            "https://ｍedia.example.com/x", "https://media。example。com/x",
            // Ports.
            "https://media.example.com:80/x", "https://media.example.com:8443/x", "https://media.example.com:22/x",
            "https://media.example.com:0/x", "https://media.example.com:65536/x", "https://media.example.com:443x/x",
            "https://media.internal/x", "https://media.internal:8444/x", "https://api.bolna.ai:8443/recordings/call/a",
            // Of the API, recordings only.
            "https://api.bolna.ai/", "https://api.bolna.ai/user/me", "https://api.bolna.ai/call",
            "https://api.bolna.ai/recordings", "https://api.bolna.ai/recordings/call/",
            "https://api.bolna.ai/recordings/x/a",
            "https://api.bolna.ai/recordings/call/a/b", "https://api.bolna.ai/recordings/call/../../user/me",
            "https://api.bolna.ai/recordings/call/..", "https://api.bolna.ai/recordings/call/%2e%2e",
            "https://api.bolna.ai/recordings/call/..%2f..%2fuser%2fme", "https://api.bolna.ai//recordings/call/a",
            "https://api.bolna.ai/recordings/call/a;b",
        ])
    func refused(text: String) throws {
        let standing = try MediaAddress(text).flatMap(Self.hosts().standing(of:))
        #expect(standing == nil)
    }

    @Test(
        "Listed addresses are taken, in any spelling of the host",
        arguments: [
            ("https://api.bolna.ai/recordings/call/2f0c-1", .api),
            ("https://api.bolna.ai:443/recordings/transfer/a", .api),
            ("HTTPS://API.bolna.ai/recordings/call/a", .api), ("https://api.bolna.ai/recordings/call/a?x=1", .api),
            ("https://media.example.com/a/b.wav", .listed), ("https://media.example.com:443/", .listed),
            ("https://MEDIA.example.com/x#t=1", .listed),
            ("https://bucket.s3.amazonaws.com/x?X-Amz-Signature=a", .listed),
            ("https://bolna-recordings.s3.ap-south-1.amazonaws.com/x", .listed),
            ("https://media.internal:8443/x", .exact),
        ] as [(String, RecordingHosts.Standing)])
    func taken(text: String, standing: RecordingHosts.Standing) throws {
        let address = try #require(MediaAddress(text))
        #expect(try Self.hosts().standing(of: address) == standing)
        #expect(!address.text.contains("#"))
    }

    @Test("Only listed hosts without a port have to be public")
    func mayBePrivate() {
        #expect(RecordingHosts.Standing.api.mayBePrivate && RecordingHosts.Standing.exact.mayBePrivate)
        #expect(!RecordingHosts.Standing.listed.mayBePrivate)
    }

    @Test(
        "A redirect's address is read from where it was sent",
        arguments: [
            ("/b", "https://api.bolna.ai/b"), ("b", "https://api.bolna.ai/recordings/call/b"),
            ("//evil.example/b", "https://evil.example/b"), ("https://evil.example/b", "https://evil.example/b"),
            ("?b", "https://api.bolna.ai/recordings/call/a?b"),
        ])
    func relative(location: String, whole: String) throws {
        let base = try #require(MediaAddress("https://api.bolna.ai/recordings/call/a"))
        #expect(MediaAddress(location, relativeTo: base)?.text == whole)
    }

    @Test("A redirect out of https is none", arguments: ["http://api.bolna.ai/b", "ftp://api.bolna.ai/b", "file:///b"])
    func downgraded(location: String) throws {
        let base = try #require(MediaAddress("https://api.bolna.ai/recordings/call/a"))
        #expect(MediaAddress(location, relativeTo: base) == nil)
    }
}

@Suite("ContentRange and MediaType")
struct RecordingFieldTests {
    @Test(
        "A range that comes is read",
        arguments: [
            ("bytes 0-9/100", 0...9, 100), ("bytes 5-5/*", 5...5, nil), ("bytes */844", nil, 844),
            ("bytes */*", nil, nil),
        ] as [(String, ClosedRange<Int64>?, Int64?)])
    func range(field: String, bounds: ClosedRange<Int64>?, length: Int64?) throws {
        let range = try #require(ContentRange(field))
        #expect(range.bounds == bounds && range.length == length)
    }

    @Test(
        "Nonsense is not",
        arguments: [
            "", "bytes", "bytes 0-9", "bytes 9-0/100", "bytes 0-100/100", "items 0-9/100", "bytes -9/100",
            "bytes 0-/100",
            "bytes 0-9/-1", "bytes 0-9/100/1", "bytes +0-9/100", "bytes 0-99999999999999999999/*",
        ])
    func nonsense(field: String) { #expect(ContentRange(field) == nil) }

    @Test(
        "Audio passes, and bytes of no said type; nothing that a browser would run",
        arguments: [
            ("audio/wav", "audio/wav"), ("Audio/MPEG; rate=8000", "audio/mpeg"), ("audio/x-wav", "audio/x-wav"),
            ("binary/octet-stream", "application/octet-stream"),
            ("application/octet-stream", "application/octet-stream"),
            ("text/html", nil), ("application/json", nil), ("image/svg+xml", nil), ("audio/", nil), ("video/mp4", nil),
            ("audio/wav\u{0}", nil), ("", nil), (nil, nil),
        ] as [(String?, String?)])
    func type(field: String?, passed: String?) { #expect(MediaType.allowed(field) == passed) }
}
