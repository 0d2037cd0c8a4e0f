// The walk that writes elements as JSON, into a span that is asked for once per half a kilobyte: a resource is some hundred
// small tokens, and a virtual call for each took twice the time of the whole parse.

using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FhirHub.Model;

/// <summary>The state of one writing; <see cref="Flush"/> ends it.</summary>
internal ref struct JsonElementWriter(IBufferWriter<byte> output, JsonWriteOptions options)
{
    private readonly bool _pretty = options.Pretty;
    private readonly Func<ElementNode, bool>? _include = options.Include;
    private readonly ValueRewriter? _rewrite = options.Rewrite;
    private Span<byte> _span;
    private int _at;
    private int _indent;

    public void Flush()
    {
        output.Advance(_at);
        _span = default;
        _at = 0;
    }

    public void WriteValue(ElementNode node)
    {
        if (node.IsPrimitive)
        {
            WritePrimitive(node);
            return;
        }

        Write((byte)'{');
        _indent++;
        var any = false;
        if (node.Type.IsResource)
        {
            StartMember("\"resourceType\":"u8, comma: false);
            Write(_pretty ? " \""u8 : "\""u8);
            Write(node.Type.Utf8Name.Span);
            Write((byte)'"');
            any = true;
        }

        any = WriteMembers(node, any);
        _indent--;
        if (any)
            NewLine();
        Write((byte)'}');
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
        var isPrimitive = head.IsPrimitive;
        bool hasItems = false, hasValues = !isPrimitive, hasTwins = false;
        for (var at = first; at != end; at = tree.NodeAt(at).NextSibling)
        {
            if (_include is not null && !_include(tree[at]))
                continue;
            hasItems = true;
            if (isPrimitive)
            {
                ref readonly var row = ref tree.NodeAt(at);
                hasValues |= row.ValueLength > 0;
                hasTwins |= row.FirstChild > 0;
            }
        }

        if (!hasItems)
            return false;
        var name = definition.Utf8MemberFor(definition.Types.Count == 1 ? definition.Types[0] : head.Type);
        if (hasValues)
        {
            StartMember(name, comma);
            WriteItems(tree, first, end, definition.IsArray, twins: false);
        }

        if (hasTwins)
        {
            StartMember("\"_"u8, comma || hasValues);
            Write(name[1..]);
            WriteItems(tree, first, end, definition.IsArray, twins: true);
        }

        return hasValues || hasTwins;
    }

    private void WriteItems(ResourceTree tree, int first, int end, bool isArray, bool twins)
    {
        if (_pretty)
            Write((byte)' ');
        if (isArray)
        {
            Write((byte)'[');
            _indent++;
        }

        var any = false;
        for (var at = first; at != end; at = tree.NodeAt(at).NextSibling)
        {
            var node = tree[at];
            if (_include is not null && !_include(node))
                continue;
            if (isArray)
            {
                if (any)
                    Write((byte)',');
                NewLine();
                any = true;
            }

            if (!twins)
                WriteValue(node);
            else if (node.HasChildren)
                WriteTwin(node);
            else
                Write("null"u8);
        }

        if (isArray)
        {
            _indent--;
            NewLine();
            Write((byte)']');
        }
    }

    private void WriteTwin(ElementNode node)
    {
        Write((byte)'{');
        _indent++;
        WriteMembers(node, leadingComma: false);
        _indent--;
        NewLine();
        Write((byte)'}');
    }

    private void WritePrimitive(ElementNode node)
    {
        ref readonly var row = ref node.Node;
        if (row.ValueLength == 0)
        {
            Write("null"u8);
        }
        else if (_rewrite is not null && node.IsQuoted && _rewrite(node, out var text))
        {
            Write((byte)'"');
            Write(JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
            Write((byte)'"');
        }
        else
        {
            Write(node.Tree.Json.Span.Slice(row.ValueStart, row.ValueLength));
        }
    }

    private void StartMember(scoped ReadOnlySpan<byte> name, bool comma)
    {
        if (comma)
            Write((byte)',');
        NewLine();
        Write(name);
    }

    private void NewLine()
    {
        if (!_pretty)
            return;
        Reserve(1 + (_indent * 2));
        _span[_at] = (byte)'\n';
        _span.Slice(_at + 1, _indent * 2).Fill((byte)' ');
        _at += 1 + (_indent * 2);
    }

    private void Write(byte value)
    {
        Reserve(1);
        _span[_at++] = value;
    }

    private void Write(scoped ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_span[_at..]);
        _at += bytes.Length;
    }

    private void Reserve(int length)
    {
        if (_span.Length - _at >= length)
            return;
        output.Advance(_at);
        _span = output.GetSpan(Math.Max(512, length));
        _at = 0;
    }
}
