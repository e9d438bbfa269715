import CallDomain

extension PageCursor {
    /// Reads a client's text of a list that is ordered by a number.
    static func readNumber(_ text: String, account: AccountID) throws(Problem) -> Int64 {
        guard let number = number(in: text, account: account) else { throw notOfThisList }
        return number
    }

    /// Reads a client's text; one of another account is refused as any other text that is not ours.
    static func read(_ text: String, account: AccountID) throws(Problem) -> CallPageCursor {
        guard let cursor = cursor(in: text, account: account) else { throw notOfThisList }
        return cursor
    }

    private static let notOfThisList = Problem(.badRequest, "The cursor is not one of this list.")

    /// Reads a client's text of the list of a figure; one of another account or figure is refused.
    static func read(_ text: String, account: AccountID, figure: FigureID) throws(Problem) -> ReportCursor {
        guard let cursor = cursor(in: text, account: account, figure: figure) else {
            throw Problem(.badRequest, "The cursor is not one of this list.")
        }
        return cursor
    }
}
