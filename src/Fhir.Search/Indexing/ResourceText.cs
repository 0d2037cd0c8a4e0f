// What full-text search reads of a resource: the passages of its narrative, and the other texts that people read.

using FhirHub.Model;

namespace FhirHub.Search;

/// <summary>
/// The texts of a resource (R4 search.html#content). <c>_text</c> looks at the narrative. <c>_content</c> looks at the narrative and
/// at every string, markdown and Coding.code, contained resources included; not at what is for machines: ids, addresses,
/// literal references, other codes, numbers, dates, binary data.
/// </summary>
/// <param name="Narrative">The passages of the narrative; a phrase lies within one.</param>
/// <param name="Content">The other texts, each once.</param>
public sealed record ResourceText(IReadOnlyList<string> Narrative, IReadOnlyList<string> Content)
{
    /// <summary>Characters of a resource that are read at most; what comes later in it is not found.</summary>
    public const int CharactersAtMost = 1024 * 1024;

    /// <summary>The texts of a resource.</summary>
    public static ResourceText Of(ElementNode resource)
    {
        var passages = new Passages();
        passages.Read(resource);
        return new ResourceText(passages.Narrative, passages.Content);
    }

    /// <summary>True if the part of the resource has what the query asks for.</summary>
    public bool Satisfies(TextPart part, TextQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        var passages = part == TextPart.Narrative ? Narrative : Narrative.Concat(Content);
        return query.Alternatives.Any(terms => terms.All(term => TextSegmentation.Holds(passages, term) != term.IsExcluded));
    }

    private sealed class Passages
    {
        // Strings that only name something else.
        private static readonly ElementDefinition?[] s_unread =
        [
            Schema.R4.FindType("Reference")?.FindElement("reference"),
            Schema.R4.FindType("Coding")?.FindElement("version"),
        ];

        private static readonly ElementDefinition? s_code = Schema.R4.FindType("Coding")?.FindElement("code");

        private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
        private int _left = CharactersAtMost;

        public List<string> Narrative { get; } = [];

        public List<string> Content { get; } = [];

        public void Read(ElementNode node)
        {
            foreach (var child in node.Children)
            {
                if (_left <= 0)
                    return;
                if (child.HasValue)
                    ReadValue(child);
                if (child.HasChildren)
                    Read(child);
            }
        }

        private void ReadValue(ElementNode node)
        {
            var element = node.Definition!;
            switch (node.Type.Name)
            {
                case "xhtml":
                    foreach (var passage in NarrativeText.Passages(node.GetString()!))
                        Add(Narrative, passage);
                    break;
                case "string" or "markdown" when !element.IsXmlAttribute && Array.IndexOf(s_unread, element) < 0:
                case "code" when element == s_code:
                    var value = node.GetString()!;
                    if (_seen.Add(value))
                        Add(Content, value);
                    break;
            }
        }

        private void Add(List<string> passages, string passage)
        {
            if (passage.Length > _left)
                passage = passage[.._left];
            _left -= passage.Length;
            if (passage.Length > 0)
                passages.Add(passage);
        }
    }
}
