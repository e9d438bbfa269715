import Foundation

/// Files that hold secrets.
enum SecretFile {
    /// What nobody but the owner may have: to write for the group, anything for others.
    static let forbiddenBits = 0o037

    /// What is wrong with who may open a regular file, as the end of a sentence; nil where nothing is. Pipes and devices
    /// are not asked: nobody else gets at what is written to them.
    static func openness(of path: String, forbidding bits: Int = forbiddenBits) -> String? {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: resolved(path)),
            attributes[.type] as? FileAttributeType == .typeRegular, let mode = attributes[.posixPermissions] as? Int,
            mode & bits != 0
        else { return nil }
        let octal = String(mode & 0o777, radix: 8)
        return
            "a file that others cannot open, found mode 0\(octal): chmod \(String(mode & 0o777 & ~bits, radix: 8)) \(path)"
    }

    private static func resolved(_ path: String) -> String { URL(filePath: path).resolvingSymlinksInPath().path }
}
