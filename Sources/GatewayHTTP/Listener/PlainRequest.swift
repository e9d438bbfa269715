import GatewayService
import NIOCore

/// A POST of HTTP/1.1 that is written as plainly as senders of webhooks write it: its head can be read in one go, by rules
/// that leave no two readings of it.
///
/// Only what is plain is read here: whoever finds anything else has the whole of it read by the HTTP decoder. So these rules
/// need to know little, and never refuse: lines end in CRLF, field values are visible ASCII, there is one `Host` and one
/// `Content-Length`, and no field that changes how a message is framed, answered or continued. What is plain here the
/// decoder would take for the same request.
struct PlainRequest: Equatable {
    /// The target: a path of unreserved characters, escapes and slashes, without a query.
    let path: String
    /// The value of `Host`, not empty.
    let host: String
    /// The fields that show who sent it, in the order of ``DeliveryEvidence/names``.
    let evidence: [Refusal.Credentials.Field]
    /// The values of `X-Forwarded-For`.
    let forwardedFor: [String]
    /// The number of fields.
    let fields: Int
    /// The bytes of the head, up to the empty line and with it.
    let headBytes: Int
    /// The bytes of the body.
    let bodyBytes: Int

    /// The longest head, in bytes, that is read here.
    static let mostHeadBytes = 4 * 1024
    /// The most fields.
    static let mostFields = 32
    /// The most digits of a body's length.
    private static let mostDigits = 9

    /// Whether a head of this size is within a listener's limits, whatever its parts are.
    func isWithin(_ limits: ListenerLimits) -> Bool {
        headBytes <= min(limits.targetBytes, limits.headerFieldBytes, limits.headerBytes)
            && fields <= limits.headerFields && bodyBytes <= limits.bodyBytes
    }

    /// Reads the head at the beginning of some bytes; nil where it is not there in full, or not plain.
    init?(_ bytes: ByteBuffer) {
        var reader = Reader(bytes)
        guard reader.takes("POST "), let path = reader.path(), reader.takes(" HTTP/1.1\r\n") else { return nil }
        var host: String?
        var length: Int?
        var evidence: [(rank: Int, field: Refusal.Credentials.Field)] = []
        var forwardedFor: [String] = []
        var fields = 0
        while !reader.takes("\r\n") {
            fields += 1
            guard fields <= Self.mostFields, let name = reader.name(), let value = reader.value() else { return nil }
            switch reader.kind(of: name) {
            case nil: break
            case .decisive: return nil
            case .host:
                guard host == nil else { return nil }
                host = reader.text(value)
            case .length:
                guard length == nil, let stated = reader.number(value, digits: Self.mostDigits) else { return nil }
                length = stated
            case .connection:
                guard reader.equals(value, "keep-alive") else { return nil }
            case .forwardedFor: forwardedFor.append(reader.text(value))
            case .evidence(let rank):
                let place = evidence.lastIndex { $0.rank <= rank }.map { $0 + 1 } ?? 0
                evidence.insert(
                    (rank, .init(name: DeliveryEvidence.names[rank].name, value: reader.text(value))), at: place)
            }
        }
        guard let host, let length, reader.at <= Self.mostHeadBytes else { return nil }
        self.path = path
        self.host = host
        self.evidence = evidence.map(\.field)
        self.forwardedFor = forwardedFor
        self.fields = fields
        headBytes = reader.at
        bodyBytes = length
    }
}

extension PlainRequest {
    /// What a field is to whoever reads the head.
    fileprivate enum Kind {
        case host
        case length
        case connection
        case forwardedFor
        /// One of ``DeliveryEvidence/names``, by its place there.
        case evidence(Int)
        /// Decides something that is not plain.
        case decisive
    }

    /// The fields that matter, names in lower case; all others are skipped.
    private static let kinds: [(name: [UInt8], kind: Kind)] =
        DeliveryEvidence.names.enumerated().map { (Array($1.name.utf8), .evidence($0)) }
        + [
            ("host", .host), ("content-length", .length), ("connection", .connection),
            ("x-forwarded-for", .forwardedFor), ("transfer-encoding", .decisive), ("content-encoding", .decisive),
            ("upgrade", .decisive), ("expect", .decisive), ("proxy-connection", .decisive), ("trailer", .decisive),
            ("te", .decisive), ("http2-settings", .decisive),
        ].map { (Array($0.utf8), $1) }

    /// Reads the bytes of a head one after another.
    private struct Reader {
        private let bytes: [UInt8]
        private(set) var at = 0

        init(_ buffer: ByteBuffer) {
            bytes = Array(buffer.readableBytesView.prefix(PlainRequest.mostHeadBytes))
        }

        /// Goes over a text where it comes next.
        mutating func takes(_ text: StaticString) -> Bool {
            guard text.utf8CodeUnitCount <= bytes.count - at else { return false }
            let isNext = text.withUTF8Buffer { text in
                for (offset, byte) in text.enumerated() where bytes[at + offset] != byte { return false }
                return true
            }
            if isNext { at += text.utf8CodeUnitCount }
            return isNext
        }

        /// A path, up to the blank behind it.
        mutating func path() -> String? {
            let start = at
            guard at < bytes.count, bytes[at] == UInt8(ascii: "/") else { return nil }
            while at < bytes.count, bytes[at] != UInt8(ascii: " ") {
                guard Self.isOfPath(bytes[at]) else { return nil }
                at += 1
            }
            return text(start..<at)
        }

        /// A field's name, up to the colon and with it.
        mutating func name() -> Range<Int>? {
            let start = at
            while at < bytes.count, bytes[at] != UInt8(ascii: ":") {
                guard Self.isOfName(bytes[at]) else { return nil }
                at += 1
            }
            guard at < bytes.count, at > start else { return nil }
            at += 1
            return start..<(at - 1)
        }

        /// A field's value, not empty, with at most one blank before it and none behind, up to the end of its line and with it.
        mutating func value() -> Range<Int>? {
            if at < bytes.count, bytes[at] == UInt8(ascii: " ") { at += 1 }
            let start = at
            while at < bytes.count, (0x20...0x7E).contains(bytes[at]) { at += 1 }
            let end = at
            guard end > start, bytes[start] != UInt8(ascii: " "), bytes[end - 1] != UInt8(ascii: " "), takes("\r\n")
            else { return nil }
            return start..<end
        }

        /// What a field of this name is; nil for one that does not matter.
        func kind(of name: Range<Int>) -> Kind? {
            PlainRequest.kinds.first { known in
                known.name.count == name.count
                    && zip(name, known.name).allSatisfy { Self.lower(bytes[$0]) == $1 }
            }?.kind
        }

        /// Whether a value is this text.
        func equals(_ value: Range<Int>, _ text: String) -> Bool { bytes[value].elementsEqual(text.utf8) }

        /// A number of at most so many digits, without a zero before others.
        func number(_ value: Range<Int>, digits: Int) -> Int? {
            guard value.count <= digits, value.count == 1 || bytes[value.lowerBound] != UInt8(ascii: "0") else {
                return nil
            }
            var number = 0
            for byte in bytes[value] {
                guard (0x30...0x39).contains(byte) else { return nil }
                number = number * 10 + Int(byte - 0x30)
            }
            return number
        }

        func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

        /// Letters, digits and `-`.
        private static func isOfName(_ byte: UInt8) -> Bool {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D: true
            default: false
            }
        }

        /// Unreserved characters, slashes and escapes.
        private static func isOfPath(_ byte: UInt8) -> Bool {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x2F, 0x5F, 0x7E, 0x25: true
            default: false
            }
        }

        private static func lower(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }
    }
}
