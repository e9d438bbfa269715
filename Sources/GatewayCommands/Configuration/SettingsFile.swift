import Foundation
import Yams

/// The values of a configuration file by their dotted names, with the lines they stand in.
struct SettingsFile {
    /// One value; a list of values is one with commas.
    struct Entry {
        var name: String
        var value: String
        var line: Int
    }

    /// A mistake in the file's shape.
    struct Mistake: Error {
        var line: Int?
        var sentence: String
    }

    /// The largest file that is read, in bytes.
    static let largest = 1 << 20

    /// The values, in the order of the file; a key without a value is one that is not set.
    let entries: [Entry]

    /// Reads YAML: names with values, or names with further names below them.
    init(yaml: String) throws(Mistake) {
        do {
            entries = try Self.flatten(try Yams.compose(yaml: yaml), below: "")
        } catch let mistake as Mistake {
            throw mistake
        } catch let error as YamlError {
            throw Self.mistake(error)
        } catch {
            throw Mistake(sentence: "expected YAML")
        }
    }

    /// The text of a file that is not larger than ``largest``; nil where there is none that can be read.
    static func text(at path: String) -> String? {
        guard let handle = FileHandle(forReadingAtPath: path) else { return nil }
        defer { try? handle.close() }
        guard let data = try? handle.read(upToCount: largest + 1) ?? Data(), data.count <= largest else { return nil }
        return String(data: data, encoding: .utf8)
    }

    /// What is wrong and where, without the text around it, which may hold a secret.
    private static func mistake(_ error: YamlError) -> Mistake {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            Mistake(line: mark.line, sentence: "expected YAML; \(problem)")
        case .duplicatedKeysInMapping(let duplicates, let context):
            Mistake(
                line: context.mark.line,
                sentence: "expected each key once; found several times: \(duplicates.joined(separator: ", "))")
        default:
            Mistake(sentence: "expected YAML")
        }
    }

    private static func flatten(_ node: Node?, below prefix: String) throws(Mistake) -> [Entry] {
        guard let node else { return [] }
        let line = node.mark?.line
        switch node {
        case .mapping(let mapping):
            var entries: [Entry] = []
            for (key, value) in mapping {
                guard let name = key.string else {
                    throw Mistake(line: key.mark?.line, sentence: "expected a name before the colon")
                }
                entries += try flatten(value, below: prefix.isEmpty ? name : "\(prefix).\(name)")
            }
            return entries
        case .scalar(let scalar):
            if scalar.style == .plain, ["", "~", "null"].contains(scalar.string) { return [] }
            guard !prefix.isEmpty else {
                throw Mistake(line: line, sentence: "expected names with values, such as listen.port")
            }
            return [Entry(name: prefix, value: scalar.string, line: line ?? 0)]
        case .sequence(let sequence):
            let items = sequence.compactMap(\.scalar?.string)
            guard items.count == sequence.count, !prefix.isEmpty else {
                throw Mistake(line: line, sentence: "expected a list of plain values")
            }
            return [Entry(name: prefix, value: items.joined(separator: ","), line: line ?? 0)]
        case .alias:
            throw Mistake(line: line, sentence: "expected no aliases")
        }
    }
}
