// Puts the resolved references of a transaction into its resources: the source's own bytes with the values replaced.

using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using FhirHub.Model;

namespace FhirHub.Server;

/// <summary>
/// Replaces what refers to other entries (R4 http.html#trules): Reference.reference, values of type uri, url, oid and uuid, and
/// links of the narrative, anywhere in the resource, contained resources and extensions included. Values of type canonical are
/// not replaced, as the rules say.
/// </summary>
internal static class ReferenceRewriter
{
    private static readonly ElementDefinition ReferenceValue = Schema.R4.FindType("Reference")!.FindElement("reference")!;

    /// <summary>The conditional references of a resource (<c>Patient?identifier=…</c>) with their places.</summary>
    public static IEnumerable<(string Reference, ElementNode Node)> ConditionalReferences(ElementNode resource)
    {
        // Question marks are rare in records, so most resources are done after one vectorized look.
        if (!resource.Json.Span.Contains((byte)'?'))
            return [];
        var found = new List<(string, ElementNode)>();
        Collect(resource, found);
        return found;
    }

    /// <summary>The resource's JSON with its references resolved; the source's bytes themselves if there are none to resolve.</summary>
    public static ReadOnlyMemory<byte> Rewrite(ElementNode resource, EntryReferences references, string? sourceBase)
    {
        if (references.IsEmpty)
            return resource.Json;
        var edits = new List<Edit>();
        Find(resource, references, sourceBase, edits);
        return edits.Count == 0 ? resource.Json : Splice(resource, edits);
    }

    private static void Collect(ElementNode node, List<(string, ElementNode)> found)
    {
        foreach (var child in node.Children)
        {
            if (!ReferenceEquals(child.Definition, ReferenceValue))
            {
                if (child.HasChildren)
                    Collect(child, found);
                continue;
            }

            if (child.RawValue.Contains((byte)'?') && child.GetString() is { } text && IsConditional(text))
                found.Add((text, child));
        }
    }

    private static bool IsConditional(string reference) =>
        reference.IndexOf('?', StringComparison.Ordinal) is > 0 and var mark && Schema.R4.FindResourceType(reference[..mark]) is not null;

    private static void Find(ElementNode node, EntryReferences references, string? sourceBase, List<Edit> edits)
    {
        foreach (var child in node.Children)
        {
            if (child.HasChildren)
                Find(child, references, sourceBase, edits);
            if (child.IsQuoted && Replacement(child, references, sourceBase) is { } value)
                edits.Add(new Edit(child.SourceOffset, child.Json.Length, value));
        }
    }

    private static string? Replacement(ElementNode node, EntryReferences references, string? sourceBase)
    {
        switch (node.Type.Primitive)
        {
            case PrimitiveKind.Uri or PrimitiveKind.Url or PrimitiveKind.Oid or PrimitiveKind.Uuid when references.MayName(node.RawValue):
            case PrimitiveKind.String when ReferenceEquals(node.Definition, ReferenceValue):
                return Resolve(node, references, sourceBase);
            case PrimitiveKind.Xhtml when node.RawValue.IndexOf("href"u8) >= 0 || node.RawValue.IndexOf("src"u8) >= 0:
                return NarrativeLinkRewriter.Rewrite(node.GetString()!, (ReadOnlySpan<char> link, out string target) => references.TryResolve(link, sourceBase, out target));
            default:
                return null;
        }
    }

    private static string? Resolve(ElementNode node, EntryReferences references, string? sourceBase)
    {
        if (node.IsEscaped)
            return references.TryResolve(node.GetString(), sourceBase, out var unescaped) ? unescaped : null;
        Span<char> buffer = stackalloc char[256];
        var raw = node.RawValue;
        var text = raw.Length <= buffer.Length ? buffer[..Encoding.UTF8.GetChars(raw, buffer)] : node.GetString().AsSpan();
        return references.TryResolve(text, sourceBase, out var target) ? target : null;
    }

    private static byte[] Splice(ElementNode resource, List<Edit> edits)
    {
        // A primitive's extensions may stand before or after its value in the source, so the walk is not in the source's order.
        edits.Sort(static (a, b) => a.Offset.CompareTo(b.Offset));
        var source = resource.Json.Span;
        var start = resource.SourceOffset;
        var output = new ArrayBufferWriter<byte>(source.Length + (edits.Count * 16));
        var copied = 0;
        foreach (var edit in edits)
        {
            output.Write(source[copied..(edit.Offset - start)]);
            output.Write("\""u8);
            output.Write(JsonEncodedText.Encode(edit.Value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
            output.Write("\""u8);
            copied = edit.Offset - start + edit.Length;
        }

        output.Write(source[copied..]);
        return output.WrittenSpan.ToArray();
    }

    private readonly record struct Edit(int Offset, int Length, string Value);
}
