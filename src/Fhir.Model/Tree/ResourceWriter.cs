// Tree to compact JSON: the form that is stored, compared and sent.

using System.Buffers;

namespace FhirHub.Model;

/// <summary>Gives a string value another text while it is written; false leaves it as it is.</summary>
/// <param name="node">A primitive with a string value.</param>
/// <param name="value">The new text.</param>
public delegate bool ValueRewriter(ElementNode node, out string value);

/// <summary>How a resource is written.</summary>
public sealed record JsonWriteOptions
{
    /// <summary>One element a line, indented by two spaces; else compact.</summary>
    public bool Pretty { get; init; }

    /// <summary>False leaves an element out with all that it holds; null keeps everything.</summary>
    public Func<ElementNode, bool>? Include { get; init; }

    /// <summary>Replaces string values, such as references within a Bundle; null keeps them.</summary>
    public ValueRewriter? Rewrite { get; init; }
}

/// <summary>Writes resources and elements.</summary>
public static partial class ResourceWriter
{
    private static readonly JsonWriteOptions Compact = new();

    /// <summary>Writes an element with all that it holds as FHIR JSON (R4 json.html); elements keep the source's order.</summary>
    public static void WriteJson(ElementNode node, IBufferWriter<byte> output, JsonWriteOptions? options = null)
    {
        var writer = new JsonElementWriter(output, options ?? Compact);
        writer.WriteValue(node);
        writer.Flush();
    }

    /// <summary>The element as compact JSON.</summary>
    public static byte[] ToJson(ElementNode node, JsonWriteOptions? options = null)
    {
        var output = new ArrayBufferWriter<byte>(Math.Max(256, node.Json.Length));
        WriteJson(node, output, options);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>
    /// Writes the members of a complex element or resource without braces and without <c>resourceType</c>, each after a comma
    /// (the first too if <paramref name="leadingComma"/>): for those who write the braces and some members themselves.
    /// </summary>
    /// <param name="node">The element whose members are written.</param>
    /// <param name="output">Where to.</param>
    /// <param name="leadingComma">True if a member was written before.</param>
    /// <param name="members">Which of its own members to write; null for all. What they hold is written whole.</param>
    /// <param name="options">How; compact if null.</param>
    public static void WriteMembers(
        ElementNode node,
        IBufferWriter<byte> output,
        bool leadingComma,
        Func<ElementDefinition, bool>? members = null,
        JsonWriteOptions? options = null)
    {
        var writer = new JsonElementWriter(output, options ?? Compact);
        writer.WriteMembers(node, leadingComma, members);
        writer.Flush();
    }
}
