import Mustache
import PageAssets

/// What a template is filled with. Whatever a template names must be there, since a name that is missing is looked for
/// further out: what is absent is `false`.
typealias PageView = [String: Any]

/// The templates, parsed once. They escape every text; only what another template made is taken as it is.
enum PageTemplates {
    private static let library: MustacheLibrary = {
        var library = MustacheLibrary()
        for template in PageTemplateText.all {
            do {
                try library.register(template.text, named: template.name)
            } catch {
                preconditionFailure("the template \(template.name) cannot be read: \(error)")
            }
        }
        return library
    }()

    /// A template, filled.
    static func render(_ name: String, _ view: PageView) -> String {
        guard let text = library.render(view, withTemplate: name) else {
            preconditionFailure("there is no template \(name)")
        }
        return text
    }
}

extension Optional {
    /// The value as a template takes it: `false` where there is none.
    var orAbsent: Any { map { $0 as Any } ?? false }
}

extension Array {
    /// The elements as a template takes them: `false` where there are none.
    var orAbsent: Any { isEmpty ? false : self }
}
