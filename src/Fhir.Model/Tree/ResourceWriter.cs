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
        JsonWriteOptions? options = null) =>
        new JsonElementWriter(output, options ?? Compact).WriteMembers(node, leadingComma, members);
}

/// <summary>The state of one writing.</summary>
internal ref struct JsonElementWriter(IBufferWriter<byte> output, JsonWriteOptions options)
{
    private int _indent;

    public void WriteValue(ElementNode node)
    {
        if (node.IsPrimitive)
        {
            WritePrimitive(node);
            return;
        }

        output.Write("{"u8);
        _indent++;
        var any = false;
        if (node.Type.IsResource)
        {
            WriteName("resourceType"u8, first: true, underscore: false);
            output.Write("\""u8);
            output.Write(node.Type.Utf8Name.Span);
            output.Write("\""u8);
            any = true;
        }

        any = WriteMembers(node, any);
        _indent--;
        if (any)
            NewLine();
        output.Write("}"u8);
    }

    /// <returns>True if a member was written, or one was before.</returns>
    public bool WriteMembers(ElementNode node, bool leadingComma, Func<ElementDefinition, bool>? members = null)
    {
        var any = leadingComma;
        var tree = node.Tree;
        var first = node.Node.FirstChild;
        while (first > 0)
        {
            // A run is what JSON writes as one property, or two for primitives with extensions.
            var element = tree.NodeAt(first).Element;
            var end = first;
            while (end > 0 && tree.NodeAt(end).Element == element)
                end = tree.NodeAt(end).NextSibling;
            if (members is null || members(tree.Schema.Elements[element]))
                any |= WriteRun(tree, first, end, any);
            first = end;
        }

        return any;
    }

    private bool WriteRun(ResourceTree tree, int first, int end, bool comma)
    {
        var head = tree[first];
        var definition = head.Definition!;
        Span<byte> buffer = stackalloc byte[96];
        var written = System.Text.Encoding.UTF8.GetBytes(head.JsonName, buffer);
        var name = buffer[..written];
        var isPrimitive = head.IsPrimitive;
        bool hasValues = false, hasTwins = false, hasItems = false;
        for (var at = first; at != end; at = tree.NodeAt(at).NextSibling)
        {
            var node = tree[at];
            if (options.Include is { } include && !include(node))
                continue;
            hasItems = true;
            hasValues |= !isPrimitive || node.HasValue;
            hasTwins |= isPrimitive && node.HasChildren;
        }

        if (!hasItems)
            return false;
        if (hasValues)
        {
            WriteName(name, !comma, underscore: false);
            WriteItems(tree, first, end, definition.IsArray, twins: false);
        }

        if (hasTwins)
        {
            WriteName(name, !comma && !hasValues, underscore: true);
            WriteItems(tree, first, end, definition.IsArray, twins: true);
        }

        return hasValues || hasTwins;
    }

    private void WriteItems(ResourceTree tree, int first, int end, bool isArray, bool twins)
    {
        if (isArray)
        {
            output.Write("["u8);
            _indent++;
        }

        var any = false;
        for (var at = first; at != end; at = tree.NodeAt(at).NextSibling)
        {
            var node = tree[at];
            if (options.Include is { } include && !include(node))
                continue;
            if (isArray)
            {
                if (any)
                    output.Write(","u8);
                NewLine();
                any = true;
            }

            if (!twins)
                WriteValue(node);
            else if (node.HasChildren)
                WriteTwin(node);
            else
                output.Write("null"u8);
        }

        if (isArray)
        {
            _indent--;
            NewLine();
            output.Write("]"u8);
        }
    }

    private void WriteTwin(ElementNode node)
    {
        output.Write("{"u8);
        _indent++;
        WriteMembers(node, leadingComma: false);
        _indent--;
        NewLine();
        output.Write("}"u8);
    }

    private readonly void WritePrimitive(ElementNode node)
    {
        if (!node.HasValue)
        {
            output.Write("null"u8);
            return;
        }

        if (options.Rewrite is { } rewrite && node.IsQuoted && rewrite(node, out var text))
        {
            output.Write("\""u8);
            output.Write(System.Text.Json.JsonEncodedText.Encode(text, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
            output.Write("\""u8);
            return;
        }

        output.Write(node.Json.Span);
    }

    private readonly void WriteName(ReadOnlySpan<byte> name, bool first, bool underscore)
    {
        if (!first)
            output.Write(","u8);
        NewLine();
        output.Write(underscore ? "\"_"u8 : "\""u8);
        output.Write(name);
        output.Write(options.Pretty ? "\": "u8 : "\":"u8);
    }

    private readonly void NewLine()
    {
        if (!options.Pretty)
            return;
        var span = output.GetSpan(1 + (_indent * 2));
        span[0] = (byte)'\n';
        span.Slice(1, _indent * 2).Fill((byte)' ');
        output.Advance(1 + (_indent * 2));
    }
}
