// The node table while it grows, and the issues that are found on the way.

using System.Globalization;
using System.Text;
using System.Text.Json;

namespace FhirHub.Model;

/// <summary>The rows and the complaints of a parse.</summary>
internal ref partial struct JsonTreeParser
{
    private int AddNode(int parent, ElementDefinition? element, TypeDefinition? type, int start, ref int lastChild)
    {
        if (_count == _nodes.Length)
        {
            if (_count >= _limits.MaxElements)
                Stop(Issue.Of(IssueSeverity.Fatal, "too-costly", ParserMessages.TooManyElements, ResourceParser.Number(_limits.MaxElements)));
            Array.Resize(ref _nodes, Math.Min(_count * 2, _limits.MaxElements));
        }

        var node = _count++;
        ref var row = ref _nodes[node];
        row.Element = element?.Index ?? -1;
        row.Type = (short)(type?.Index ?? 0);
        row.Parent = parent;
        row.ValueStart = start;
        if (parent >= 0)
        {
            if (lastChild == 0)
                _nodes[parent].FirstChild = node;
            else
                _nodes[lastChild].NextSibling = node;
            lastChild = node;
        }

        return node;
    }

    // An underscore array may be longer than its twin; what it adds belongs to the twin's run of siblings.
    private int InsertAfter(int after, int parent, in JsonProperty property, ref int lastChild)
    {
        var detached = after;
        var next = _nodes[after].NextSibling;
        var node = AddNode(parent, property.Element, property.Type, (int)_reader.TokenStartIndex, ref detached);
        _nodes[node].NextSibling = next;
        if (lastChild == after)
            lastChild = node;
        return node;
    }

    private readonly int FirstOf(int parent, ElementDefinition element)
    {
        var child = _nodes[parent].FirstChild;
        while (child > 0 && _nodes[child].Element != element.Index)
            child = _nodes[child].NextSibling;
        return child;
    }

    private readonly int LastChild(int parent)
    {
        var child = _nodes[parent].FirstChild;
        while (child > 0 && _nodes[child].NextSibling > 0)
            child = _nodes[child].NextSibling;
        return child;
    }

    private static bool Test(ReadOnlySpan<ulong> bits, int bit) => (bits[bit >> 6] & (1UL << bit)) != 0;

    private static bool TestAndSet(Span<ulong> bits, int bit)
    {
        var before = Test(bits, bit);
        bits[bit >> 6] |= 1UL << bit;
        return before;
    }

    private ReadOnlySpan<byte> Unescaped(scoped in Utf8JsonReader reader) => Unescaped(reader, out _);

    // The decoded token, until the next one is decoded; empty and not whole if it holds half a surrogate pair.
    private ReadOnlySpan<byte> Unescaped(scoped in Utf8JsonReader reader, out bool isWhole)
    {
        if (_unescaped.Length < reader.ValueSpan.Length)
            _unescaped = new byte[reader.ValueSpan.Length];
        try
        {
            isWhole = true;
            return _unescaped.AsSpan(0, reader.CopyString(_unescaped));
        }
        catch (InvalidOperationException)
        {
            // The reader's word for a lone surrogate.
            isWhole = false;
            return default;
        }
    }

    // null stands in an array for "no value here, see the twin"; anywhere else, and anything but null, is an error.
    private void ExpectNull(int node, in JsonProperty property, (string English, string Chinese) expected)
    {
        if (_reader.TokenType == JsonTokenType.Null && property.Element.IsArray)
        {
            _hasNulls = true;
            return;
        }

        var found = ParserMessages.Describe(_reader.TokenType);
        AddIssue(
            node, null, "structure", (int)_reader.TokenStartIndex, ParserMessages.WrongKind,
            property.Element.Path, expected.English, found.English, expected.Chinese, found.Chinese);
        _reader.Skip();
    }

    private void CheckNulls()
    {
        for (var i = 0; i < _count; i++)
        {
            ref readonly var row = ref _nodes[i];
            if (row is { ValueLength: 0, FirstChild: 0, Element: >= 0 } && _schema.Types[row.Type].IsPrimitive)
                AddIssue(i, null, "structure", row.ValueStart, ParserMessages.NullWithoutTwin);
        }
    }

    private void AddUnknown(int node, TypeDefinition type, string name, int at)
    {
        var owner = type.IsResource ? (English: "the resource", Chinese: "资源") : (English: "type", Chinese: "类型");
        foreach (var choice in type.Elements)
        {
            if (choice.IsChoice && name.Length > choice.Name.Length && name.StartsWith(choice.Name, StringComparison.Ordinal) && char.IsAsciiLetterUpper(name[choice.Name.Length]))
            {
                AddIssue(node, choice.Name, "structure", at, ParserMessages.UnknownChoice, Shorten(name), choice.Path, string.Join(", ", choice.Types.Select(choice.JsonNameFor)));
                return;
            }
        }

        var near = Nearest(type.PropertyNames, name);
        AddIssue(
            node, null, "structure", at, near is not null ? ParserMessages.UnknownElementNear : ParserMessages.UnknownElement,
            Shorten(name), owner.English, type.Name, near ?? string.Join(", ", type.PropertyNames.Take(40)), owner.Chinese);
    }

    private void AddIssue(int node, string? child, string code, int at, MessageTemplate template, params string[] arguments)
    {
        var tree = new ResourceTree(_schema, _json, _nodes, _count);
        var path = tree[node].GetPath();
        var (line, column) = JsonText.PositionOf(_json.Span, at);
        _issues.Add(Issue.Of(IssueSeverity.Error, code, template, arguments) with { Expression = child is null ? path : $"{path}.{child}", Line = line, Column = column });
        if (_issues.Count >= _limits.MaxIssues)
            Stop(Issue.Of(IssueSeverity.Fatal, "too-costly", ParserMessages.TooManyIssues, Invariant(_issues.Count)));
    }

    private readonly void Stop(Issue issue)
    {
        _issues.Add(issue);
        throw new StopParsingException();
    }

    private readonly Issue TooDeep(int line, int column) =>
        Issue.Of(IssueSeverity.Fatal, "too-costly", ParserMessages.TooDeep, Invariant(_limits.MaxDepth)) with { Line = line, Column = column };

    private static string Invariant(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Shorten(string text) =>
        text.Length <= 60 ? text : text[..(char.IsHighSurrogate(text[56]) ? 56 : 57)] + "…";

    // 60 characters have at most 240 bytes; what follows may be a hundred megabytes and is not decoded.
    private static string Shorten(ReadOnlySpan<byte> text) => Shorten(Encoding.UTF8.GetString(text[..Math.Min(text.Length, 244)]));

    private static string FirstSentence(string message)
    {
        var end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return end < 0 ? message : message[..end];
    }

    // The name that is one or two typing slips away, or null.
    private static string? Nearest(IEnumerable<string> names, string wrong)
    {
        if (wrong.Length > 60)
            return null;
        string? best = null;
        var least = Math.Min(3, (wrong.Length / 2) + 1);
        foreach (var name in names)
        {
            var distance = Distance(name, wrong);
            if (distance < least)
                (least, best) = (distance, name);
        }

        return best;
    }

    private static int Distance(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > 3)
            return int.MaxValue;
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
            row[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var substitution = diagonal + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substitution, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }

    private sealed class StopParsingException : Exception;
}
