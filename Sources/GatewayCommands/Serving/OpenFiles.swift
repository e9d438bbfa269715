import Glibc
import Logging

/// How many files, connections among them, this process may have open at once.
enum OpenFiles {
    /// What is open beside the connections of clients: the database, libcurl's connections, logs.
    static let besideConnections = 256

    /// How many are wanted for so many connections.
    static func wanted(connections: Int) -> Int { connections + besideConnections }

    /// The most there can be; ``raise()`` sets the limit in force to it.
    static var most: Int { Int(clamping: limits.rlim_max) }

    /// Raises the limit to the most that the machine allows, and says where that is too few for so many connections.
    static func raise(for connections: Int, logger: Logger) {
        let limit = raise()
        guard limit < wanted(connections: connections) else { return }
        logger.warning(
            "Fewer files can be open than limits.connections needs: raise LimitNOFILE or ulimit -n, or lower it.",
            metadata: ["limit": "\(limit)", "wanted": "\(wanted(connections: connections))"])
    }

    /// Raises the limit to the most that the machine allows, and returns the limit that is in force then.
    @discardableResult static func raise() -> Int {
        var limits = Self.limits
        limits.rlim_cur = limits.rlim_max
        setrlimit(resource, &limits)
        return Int(clamping: Self.limits.rlim_cur)
    }

    private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)

    /// As the machine has them; without bounds where it does not tell.
    private static var limits: rlimit {
        var limits = rlimit()
        guard getrlimit(resource, &limits) == 0 else { return rlimit(rlim_cur: .max, rlim_max: .max) }
        return limits
    }
}
