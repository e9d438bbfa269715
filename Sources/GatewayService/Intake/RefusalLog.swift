package import CallDomain
import Synchronization

/// A delivery that was answered 401: kept in memory only, since strangers cause no writes.
package struct Refusal: Hashable, Sendable {
    /// Its number since the start, by which an operator names it; 0 until it is recorded.
    package internal(set) var id = 0
    /// When it came.
    package var receivedAt: Timestamp
    /// The account as it was addressed, cut.
    package var account: String
    /// Why it was refused, in a word of a closed set.
    package var reason: String
    /// The address it came from.
    package var peer: String
    /// The beginning of its body.
    package var bodyPrefix: [UInt8]
    /// What it brought to show who sent it. Never shown.
    package var credentials: Credentials
    /// Whether all of it is kept, so that it can be judged again.
    package internal(set) var isWhole: Bool

    /// What a delivery brought to show who sent it, as far as it is kept.
    package struct Credentials: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
        /// The agent of the address; nil for any.
        package var agent: AgentID?
        /// The token in the address.
        package var urlToken: String?
        /// Header fields, names in lower case, in their order.
        package var fields: [Field]

        /// A header field.
        package struct Field: Hashable, Sendable {
            /// The name in lower case.
            package var name: String
            /// The value.
            package var value: String

            /// Puts a field together.
            package init(name: String, value: String) {
                self.name = name
                self.value = value
            }
        }

        /// The most bytes of token and fields together that are kept.
        package static let mostBytes = 8 << 10

        /// Puts credentials together.
        package init(agent: AgentID? = nil, urlToken: String? = nil, fields: [Field] = []) {
            self.agent = agent
            self.urlToken = urlToken
            self.fields = fields
        }

        /// The values of a field.
        package func values(of name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

        /// The names of what was brought, without values.
        package var names: [String] {
            var names = urlToken == nil ? [] : ["url-token"]
            for field in fields where !names.contains(field.name) { names.append(field.name) }
            return names
        }

        /// The names alone.
        package var description: String { "<credentials: \(names.joined(separator: ", "))>" }
        /// Nothing.
        package var customMirror: Mirror { Mirror(self, children: []) }

        fileprivate var bytes: Int {
            (urlToken?.utf8.count ?? 0) + fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }
        }
    }

    /// The most bytes of a body that are kept while there is room: a call's body with its latency figures has some ten
    /// thousand, and without all of it nobody can verify its signature again.
    package static let mostBytes = 32 << 10
    /// The most bytes of one that is kept when there is no room for more.
    package static let mostBytesOfCut = 2 << 10
    /// The most characters of the addressed account and the reason that are kept.
    package static let mostCharacters = 64

    /// Puts a refusal together; what is too long is cut.
    package init(
        receivedAt: Timestamp, account: String, reason: String, peer: String, body: [UInt8],
        credentials: Credentials = Credentials()
    ) {
        self.receivedAt = receivedAt
        self.account = String(account.prefix(Self.mostCharacters))
        self.reason = String(reason.prefix(Self.mostCharacters))
        self.peer = String(peer.prefix(Self.mostCharacters))
        self.bodyPrefix = Array(body.prefix(Self.mostBytes))
        let isSmall = credentials.bytes <= Credentials.mostBytes
        self.credentials = isSmall ? credentials : Credentials(agent: credentials.agent)
        self.isWhole = isSmall && body.count <= Self.mostBytes && account.count <= Self.mostCharacters
    }

    /// The bytes of what strangers chose the size of.
    var bytes: Int { bodyPrefix.count + credentials.bytes }

    /// Makes it as small as there is always room for: it can be looked at, but not be judged again.
    mutating func cut() {
        guard bytes > Self.mostBytesOfCut else { return }
        bodyPrefix = Array(bodyPrefix.prefix(Self.mostBytesOfCut))
        credentials = Credentials(agent: credentials.agent)
        isWhole = false
    }
}

/// The newest refused deliveries, for operators.
package final class RefusalLog: Sendable {
    private let state = Mutex(State())

    private struct State {
        var count = 0
        var countByAccount: [AccountID: Int] = [:]
        /// How many there were in each of the last minutes.
        var countByMinute: [AccountID: [Int64: Int]] = [:]
        var newest: [Refusal] = []
        var bytes = 0

        /// Cuts the oldest until the rest fits.
        mutating func makeRoom() {
            for place in newest.indices.reversed() where bytes > RefusalLog.mostBytesKept {
                bytes -= newest[place].bytes
                newest[place].cut()
                bytes += newest[place].bytes
            }
        }

        mutating func removeAll(where isGone: (Refusal) -> Bool) -> Int {
            let before = newest.count
            newest.removeAll(where: isGone)
            bytes = newest.reduce(0) { $0 + $1.bytes }
            return before - newest.count
        }
    }

    /// The most refusals that are kept.
    package static let mostKept = 256
    /// The most bytes of them all together: 4 KiB each. As many of the newest are whole as the cut ones leave room for.
    package static let mostBytesKept = mostKept * (4 << 10)
    /// The minutes that are counted one by one.
    package static let minutesKept: Int64 = 180

    /// Starts empty.
    package init() {}

    /// Remembers a refusal, and forgets the oldest where there are too many. `account` is the one that was addressed
    /// where it exists; names that strangers make up are not counted one by one, so the accounts bound the counts.
    package func record(_ refusal: Refusal, addressedTo account: AccountID? = nil) {
        state.withLock { state in
            state.count += 1
            if let account {
                let minute = Self.minute(of: refusal.receivedAt)
                state.countByAccount[account, default: 0] += 1
                var minutes = state.countByMinute[account] ?? [:]
                minutes[minute, default: 0] += 1
                if minutes.count > Self.minutesKept, let oldest = minutes.keys.min() { minutes[oldest] = nil }
                state.countByMinute[account] = minutes
            }
            if state.newest.count == Self.mostKept { state.bytes -= state.newest.removeLast().bytes }
            var refusal = refusal
            refusal.id = state.count
            state.newest.insert(refusal, at: 0)
            state.bytes += refusal.bytes
            state.makeRoom()
        }
    }

    /// The one with this number; nil where it is not remembered any more.
    package func refusal(_ id: Int) -> Refusal? { state.withLock { $0.newest.first { $0.id == id } } }

    /// Forgets one, because it was accepted after all; it stays counted.
    package func remove(_ id: Int) { state.withLock { _ = $0.removeAll { $0.id == id } } }

    /// How many there have been since the start.
    package var count: Int { state.withLock { $0.count } }

    /// How many of them were addressed to an account.
    package func count(addressedTo account: AccountID) -> Int {
        state.withLock { $0.countByAccount[account, default: 0] }
    }

    /// How many of them were addressed to an account from one time to another, by whole minutes, as far as they are
    /// remembered.
    package func count(addressedTo account: AccountID, from: Timestamp, to: Timestamp) -> Int {
        let minutes = Self.minute(of: from)...max(Self.minute(of: from), Self.minute(of: to))
        return state.withLock { state in
            state.countByMinute[account, default: [:]].reduce(0) { $0 + (minutes.contains($1.key) ? $1.value : 0) }
        }
    }

    /// Forgets the kept refusals, addressed to an account, that name a number; tells how many there were.
    package func forget(_ number: TelephoneNumber, addressedTo account: AccountID) -> Int {
        state.withLock { state in
            state.removeAll { $0.account == account.rawValue && number.isNamed(in: $0.bodyPrefix) }
        }
    }

    /// How many of the kept refusals, addressed to an account, name a number.
    package func count(naming number: TelephoneNumber, addressedTo account: AccountID) -> Int {
        newest.count { $0.account == account.rawValue && number.isNamed(in: $0.bodyPrefix) }
    }

    private static func minute(of time: Timestamp) -> Int64 { time.rawValue / 60_000_000 }

    /// The newest ones, newest first.
    package var newest: [Refusal] { state.withLock { $0.newest } }
}
