// The local resources that a resource refers to, wherever in it the reference stands.

using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>Finds literal references (R4 references.html#literal).</summary>
/// <param name="baseUrls">The addresses of this server; absolute references below them are local.</param>
internal sealed class LiteralReferences(IReadOnlyList<string> baseUrls)
{
    /// <summary>The targets within an element, each once, in the order in which they stand: references and attachments.</summary>
    public IReadOnlyList<ResourceKey> Of(ElementNode element)
    {
        var keys = new List<ResourceKey>();
        var seen = new HashSet<ResourceKey>();
        Collect(element, keys, seen);
        return keys;
    }

    /// <summary>The target of a text such as <c>Patient/1</c>; false if it leads elsewhere.</summary>
    public bool TryResolve(string reference, out ResourceKey key)
    {
        if (ReferenceTarget.Parse(reference, baseUrls, Schema.R4) is { Type: { } type, Id: { } id })
        {
            key = new ResourceKey(type, id);
            return true;
        }

        key = default;
        return false;
    }

    private void Collect(ElementNode element, List<ResourceKey> keys, HashSet<ResourceKey> seen)
    {
        foreach (var child in element.Children)
        {
            var literal = child.Type.Name switch
            {
                "Reference" => child.ChildValue("reference"),
                "Attachment" => child.ChildValue("url"),
                "canonical" => child.GetString(),
                _ => null,
            };
            if (literal is not null && TryResolve(literal, out var key) && seen.Add(key))
                keys.Add(key);
            if (child.HasChildren)
                Collect(child, keys, seen);
        }
    }
}
