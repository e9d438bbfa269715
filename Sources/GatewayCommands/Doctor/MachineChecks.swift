import Foundation
import GatewayHTTP

/// Looks at the machine: mode bits, ports, clock, open files.
struct MachineChecks {
    /// Whoever is neither owner nor in the group must not read it, and nobody else may write it.
    static func mode(of path: String, _ name: String, mostlyFor mode: Int = 0o640) -> Finding? {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
            let bits = attributes[.posixPermissions] as? Int
        else { return nil }
        let shown = String(bits & 0o777, radix: 8)
        let excess = bits & 0o777 & ~mode
        guard excess == 0 else {
            let grade: Finding.Grade = excess & 0o006 != 0 ? .fail : .warn
            return Finding(
                check: "mode of \(name)", grade: grade, text: "0\(shown), more than 0\(String(mode, radix: 8))",
                advice: "chmod \(String(bits & mode, radix: 8)) \(path)")
        }
        return .ok("mode of \(name)", "0\(shown)")
    }

    /// Whether a port can be listened on, or a gateway of ours does.
    static func port(_ name: String, host: String, port: Int, isOurs: Bool) -> Finding {
        guard port != 0 else { return .ok(name, "any free port") }
        switch PortProbe.probe(host: host, port: port) {
        case .free:
            return .ok(name, isOurs ? "free, though a gateway runs: it listens elsewhere" : "port \(port) is free")
        case .taken where isOurs: return .ok(name, "port \(port) is taken, and a gateway runs here")
        case .taken:
            return .fail(name, "port \(port) is taken by another program", "stop it, or choose another port")
        case .forbidden:
            return .fail(
                name, "port \(port) may not be opened by this user",
                "choose one from 1024 on, or grant CAP_NET_BIND_SERVICE")
        case .wrongAddress:
            return .fail(name, "\(host) is no address of this machine", "correct the host in the settings")
        }
    }

    /// Whether the clock can be right: webhooks' signatures live by it.
    static func clock(now: Date, lastHeartbeat: Date?) -> Finding {
        // The program did not exist before.
        if now.timeIntervalSince1970 < 1_767_225_600 {
            return .fail("clock", "it says \(now.formatted(.iso8601))", "set the clock, and keep it by NTP")
        }
        if let lastHeartbeat, lastHeartbeat.timeIntervalSince(now) > 60 {
            return .fail(
                "clock", "it is behind the last start's records, \(lastHeartbeat.formatted(.iso8601))",
                "set the clock, and keep it by NTP")
        }
        guard timeKeepers.contains(where: FileManager.default.fileExists) else {
            return .warn(
                "clock", "\(now.formatted(.iso8601)); nothing is seen that keeps it in time",
                "keep it by NTP: chrony or systemd-timesyncd")
        }
        return .ok("clock", "kept in time")
    }

    /// What the usual keepers of time leave behind while they do so.
    private static let timeKeepers = [
        "/run/systemd/timesync/synchronized", "/run/chrony/chronyd.pid", "/run/chronyd.pid", "/run/ntpd.pid",
    ]

    /// Whether so many connections can be open.
    static func openFiles(connections: Int, limit: Int) -> Finding {
        let wanted = OpenFiles.wanted(connections: connections)
        guard limit < wanted else { return .ok("open files", "\(limit) for \(connections) connections") }
        return .warn(
            "open files", "\(limit) are fewer than limits.connections (\(connections)) needs",
            "raise LimitNOFILE or ulimit -n to \(wanted), or lower limits.connections")
    }
}

/// Tries to listen at an address for a moment.
enum PortProbe {
    enum Outcome: Equatable {
        case free, taken, forbidden, wrongAddress
    }

    static func probe(host: String, port: Int) -> Outcome {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &list) == 0, let first = list else { return .wrongAddress }
        defer { freeaddrinfo(first) }
        let descriptor = socket(first.pointee.ai_family, first.pointee.ai_socktype, first.pointee.ai_protocol)
        guard descriptor >= 0 else { return .wrongAddress }
        defer { close(descriptor) }
        // Without it, connections of a gateway that has just stopped would count as somebody listening.
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        guard bind(descriptor, first.pointee.ai_addr, first.pointee.ai_addrlen) == 0, listen(descriptor, 1) == 0 else {
            switch errno {
            case EACCES: return .forbidden
            case EADDRINUSE: return .taken
            default: return .wrongAddress
            }
        }
        return .free
    }
}
