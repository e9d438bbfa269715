import CallDomain

/// Who watches changes hears of every one once, in the order of commits, and goes on after a crash where it was.
struct ChangesLaw {
    private var committed: [AccountID: [Change]] = [:]
    private var told: [AccountID: [ChangeCursor]] = [:]

    /// Where the watcher of an account is.
    func cursor(of account: AccountID) -> ChangeCursor {
        told[account]?.last ?? ChangeCursor(sequence: 0)
    }

    /// A commit made these changes.
    mutating func commit(_ changes: [Change]) {
        for change in changes { committed[change.account, default: []].append(change) }
    }

    /// The watcher of an account was told: what is wrong with that.
    mutating func tell(_ change: Change, to account: AccountID) -> String? {
        guard change.account == account else { return "the watcher of \(account.rawValue) hears of another account" }
        let place = told[account, default: []].count
        told[account, default: []].append(change.cursor)
        let expected = committed[account, default: []]
        guard place < expected.count else { return "a change is told that no commit made" }
        guard expected[place].cursor == change.cursor, expected[place].call == change.call else {
            return "change \(place + 1) of \(account.rawValue) is told as another one than was committed"
        }
        return nil
    }

    /// What is missing at the end, when everybody had time to hear everything.
    func missing(of account: AccountID) -> String? {
        let missing = committed[account, default: []].count - told[account, default: []].count
        return missing == 0 ? nil : "\(missing) changes of \(account.rawValue) were never told"
    }
}
