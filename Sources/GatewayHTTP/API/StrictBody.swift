import Foundation

/// A JSON object of a request, read strictly: a member that is not known is refused, since a misspelt one would
/// otherwise pass for one that was left out.
struct StrictBody: Sendable {
    private let members: [String: JSONMember]
    private let path: String

    /// Reads a body that must be an object with no other members than these; an empty body is an empty object.
    init(_ body: [UInt8], known: Set<String>) throws(Problem) {
        if body.isEmpty {
            try self.init([:], known: known, path: "")
            return
        }
        guard let member = try? JSONDecoder().decode(JSONMember.self, from: Data(body)),
            case .object(let members) = member
        else {
            throw Problem(.badRequest, "The body must be a JSON object with members among \(Self.words(known)).")
        }
        try self.init(members, known: known, path: "")
    }

    private init(_ members: [String: JSONMember], known: Set<String>, path: String) throws(Problem) {
        if let other = members.keys.filter({ !known.contains($0) }).min() {
            throw Problem(
                .badRequest, "“\(path)\(other.prefix(64))” is not known here; there are \(Self.words(known)).")
        }
        self.members = members
        self.path = path
    }

    /// Whether a member is there, null included.
    func has(_ name: String) -> Bool { members[name] != nil }

    /// A text; nil where it is absent or null.
    func text(_ name: String, atMost bytes: Int) throws(Problem) -> String? {
        switch members[name] {
        case nil, .null: return nil
        case .text(let text)? where text.utf8.count <= bytes: return text
        default: throw wrong(name, "a text of at most \(bytes) bytes")
        }
    }

    /// A flag; nil where it is absent.
    func flag(_ name: String) throws(Problem) -> Bool? {
        switch members[name] {
        case nil: return nil
        case .flag(let flag)?: return flag
        default: throw wrong(name, "true or false")
        }
    }

    /// A whole number within bounds; nil where it is absent or null.
    func number(_ name: String, in bounds: ClosedRange<Int64>) throws(Problem) -> Int64? {
        switch members[name] {
        case nil, .null: return nil
        case .whole(let number)? where bounds.contains(number): return number
        default: throw wrong(name, "a whole number from \(bounds.lowerBound) to \(bounds.upperBound)")
        }
    }

    /// A list of texts; nil where it is absent or null.
    func texts(_ name: String, atMost count: Int) throws(Problem) -> [String]? {
        switch members[name] {
        case nil, .null: return nil
        case .list(let members)? where members.count <= count:
            var texts: [String] = []
            for member in members {
                guard case .text(let text) = member else { throw wrong(name, "a list of texts") }
                texts.append(text)
            }
            return texts
        default: throw wrong(name, "a list of at most \(count) texts")
        }
    }

    /// One of a closed set of words; nil where it is absent.
    func word<Word: RawRepresentable & CaseIterable>(_ name: String, _: Word.Type) throws(Problem) -> Word?
    where Word.RawValue == String {
        guard has(name) else { return nil }
        guard case .text(let text)? = members[name], let word = Word(rawValue: text) else {
            throw wrong(name, "one of \(Word.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return word
    }

    /// An object with no other members than these; nil where it is absent.
    func object(_ name: String, known: Set<String>) throws(Problem) -> StrictBody? {
        switch members[name] {
        case nil: return nil
        case .object(let members)?: return try StrictBody(members, known: known, path: "\(path)\(name).")
        default: throw wrong(name, "an object")
        }
    }

    /// The objects of an object whose members have any names, at most so many; nil where it is absent.
    func objects(_ name: String, atMost count: Int, known: Set<String>) throws(Problem) -> [(String, StrictBody)]? {
        switch members[name] {
        case nil: return nil
        case .object(let members)? where members.count <= count:
            var objects: [(String, StrictBody)] = []
            for (key, member) in members {
                guard case .object(let inner) = member else { throw wrong(name, "an object of objects") }
                objects.append((key, try StrictBody(inner, known: known, path: "\(path)\(name).")))
            }
            return objects
        default: throw wrong(name, "an object of at most \(count) members")
        }
    }

    /// The names of the members.
    var names: [String] { members.keys.sorted() }

    /// What is told of a member that is not what it should be.
    func wrong(_ name: String, _ expected: String) -> Problem {
        Problem(.badRequest, "\(path)\(name) must be \(expected).")
    }

    private static func words(_ known: Set<String>) -> String { known.sorted().joined(separator: ", ") }
}

/// A JSON value of the kinds that requests consist of.
enum JSONMember: Decodable, Sendable {
    case null
    case flag(Bool)
    case whole(Int64)
    case text(String)
    case list([JSONMember])
    case object([String: JSONMember])

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let flag = try? value.decode(Bool.self) {
            self = .flag(flag)
        } else if let number = try? value.decode(Int64.self) {
            self = .whole(number)
        } else if let text = try? value.decode(String.self) {
            self = .text(text)
        } else if let list = try? value.decode([JSONMember].self) {
            self = .list(list)
        } else {
            self = .object(try value.decode([String: JSONMember].self))
        }
    }
}
