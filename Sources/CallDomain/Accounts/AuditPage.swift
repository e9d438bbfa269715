/// A page of an account's audit, newest first.
package struct AuditPage: Sendable {
    /// The records with their numbers.
    package var records: [(id: Int64, record: AuditRecord)]
    /// The number before which older ones are; nil on the last page.
    package var next: Int64?

    /// The most records of one page.
    package static let mostRecords = 200

    /// Puts a page together.
    package init(records: [(id: Int64, record: AuditRecord)], next: Int64?) {
        self.records = records
        self.next = next
    }
}
