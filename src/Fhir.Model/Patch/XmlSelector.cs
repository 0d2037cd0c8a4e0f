// The selectors of XML patches: the part of XPath that RFC 5261 (section 4.1) needs. General XPath can ask for more work than
// a request is worth; here each step only goes to children and attributes, and visits are counted.

using System.Globalization;
using System.Xml.Linq;

namespace FhirHub.Model;

/// <summary>A compiled selector, such as <c>f:Patient/f:name[2]/f:given[@value='A']/@value</c>.</summary>
internal sealed class XmlSelector
{
    /// <summary>Greatest number of steps, and of levels in a document.</summary>
    public const int MaxDepth = 256;

    private const int MaxVisits = 5_000_000;

    private readonly string _text;
    private readonly XElement _operation;
    private int _at;
    private int _depth;

    private XmlSelector(string text, XElement operation)
    {
        _text = text;
        _operation = operation;
    }

    private enum Axis
    {
        Self,
        Element,
        Attribute,
        Text,
        Comment,
        Node,
    }

    /// <summary>The one node that the operation's <c>sel</c> leads to.</summary>
    /// <param name="document">Where to look.</param>
    /// <param name="operation">The operation; its namespaces are those of the selector, with f and h as R4 uses them.</param>
    /// <param name="visits">Nodes visited by the patch so far.</param>
    public static XObject Select(XDocument document, XElement operation, ref int visits)
    {
        var text = operation.Attribute("sel")?.Value
            ?? throw new PatchException(PatchFailure.InvalidPatch, "required", $"The operation {operation.Name.LocalName} lacks its attribute sel.");
        var selector = new XmlSelector(text, operation);
        if (text.StartsWith('/'))
            selector._at++;
        var path = selector.ReadPath();
        if (selector._at < text.Length)
            throw selector.Wrong();
        var found = Evaluate(path, document, ref visits);
        return found.Count switch
        {
            1 when found[0] is not XDocument => found[0],
            0 => throw new PatchException(PatchFailure.NotApplicable, "invalid", $"No content found at {text}."),
            _ => throw new PatchException(PatchFailure.NotApplicable, "invalid", $"{text} leads to {found.Count} nodes; it must lead to one."),
        };
    }

    /// <summary>An attribute's name in the namespaces of an operation.</summary>
    public static XName AttributeName(string name, XElement operation)
    {
        var selector = new XmlSelector(name, operation);
        var result = selector.ReadName(isAttribute: true);
        return selector._at == name.Length ? result : throw selector.Wrong();
    }

    private List<Step> ReadPath()
    {
        var path = new List<Step>();
        do
        {
            path.Add(ReadStep());
            if (path.Count > MaxDepth)
                throw new PatchException(PatchFailure.InvalidPatch, "too-costly", $"A selector may have {MaxDepth} steps.");
        }
        while (Take("/"));
        return path;
    }

    private Step ReadStep()
    {
        Step step;
        if (Take("@"))
            step = new Step(Axis.Attribute, ReadName(isAttribute: true));
        else if (Take("text()"))
            step = new Step(Axis.Text, null);
        else if (Take("comment()"))
            step = new Step(Axis.Comment, null);
        else if (Take("node()"))
            step = new Step(Axis.Node, null);
        else if (Take("*"))
            step = new Step(Axis.Element, null);
        else if (Take("."))
            step = new Step(Axis.Self, null);
        else
            step = new Step(Axis.Element, ReadName(isAttribute: false));
        while (Take("["))
        {
            do
            {
                SkipSpace();
                step.Conditions.Add(ReadCondition());
                SkipSpace();
            }
            while (Take("and "));
            if (!Take("]"))
                throw Wrong();
        }

        return step;
    }

    private Condition ReadCondition()
    {
        if (Take("last()"))
            return new Condition(-1, null, null);
        if (_at < _text.Length && char.IsAsciiDigit(_text[_at]))
        {
            var start = _at;
            while (_at < _text.Length && char.IsAsciiDigit(_text[_at]))
                _at++;
            return int.TryParse(_text.AsSpan(start, _at - start), NumberStyles.None, CultureInfo.InvariantCulture, out var position) && position > 0
                ? new Condition(position, null, null)
                : throw Wrong();
        }

        // A path within a condition has conditions of its own only up to this depth of brackets.
        if (++_depth > 8)
            throw Wrong();
        var path = ReadPath();
        _depth--;
        SkipSpace();
        if (!Take("="))
            return new Condition(0, path, null);
        SkipSpace();
        return new Condition(0, path, ReadLiteral());
    }

    private string ReadLiteral()
    {
        if (_at == _text.Length || _text[_at] is not ('"' or '\''))
            throw Wrong();
        var end = _text.IndexOf(_text[_at], _at + 1);
        if (end < 0)
            throw Wrong();
        var literal = _text[(_at + 1)..end];
        _at = end + 1;
        return literal;
    }

    // Without a prefix an element is in the patch's default namespace (RFC 5261, section 4.2.2), an attribute in none.
    private XName ReadName(bool isAttribute)
    {
        var name = ReadNcName();
        if (!Take(":"))
            return isAttribute ? XNamespace.None + name : _operation.GetDefaultNamespace() + name;
        var known = _operation.GetNamespaceOfPrefix(name) ?? name switch
        {
            "f" => XNamespace.Get(XmlText.FhirNamespace),
            "h" => XNamespace.Get(NarrativeRules.XhtmlNamespace),
            _ => throw new PatchException(PatchFailure.InvalidPatch, "invalid", $"The patch does not declare the prefix '{name}' of {_text}."),
        };
        return known + ReadNcName();
    }

    private string ReadNcName()
    {
        var start = _at;
        while (_at < _text.Length && (char.IsLetterOrDigit(_text[_at]) || (_at > start && _text[_at] is '-' or '.') || _text[_at] == '_'))
            _at++;
        if (_at == start || char.IsDigit(_text[start]))
            throw Wrong();
        return _text[start.._at];
    }

    private bool Take(string token)
    {
        if (string.CompareOrdinal(_text, _at, token, 0, token.Length) != 0)
            return false;
        _at += token.Length;
        return true;
    }

    private void SkipSpace()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
            _at++;
    }

    private PatchException Wrong() =>
        new(PatchFailure.InvalidPatch, "invalid", $"'{_text}' is not a selector that RFC 5261 needs (at character {_at + 1}): use child steps, @attribute, text(), comment(), and conditions such as [2] or [f:use/@value='official'].");

    private static List<XObject> Evaluate(List<Step> path, XObject start, ref int visits)
    {
        List<XObject> nodes = [start];
        foreach (var step in path)
        {
            var next = new List<XObject>();
            foreach (var node in nodes)
                next.AddRange(Evaluate(step, node, ref visits));
            nodes = next;
        }

        return nodes;
    }

    private static List<XObject> Evaluate(Step step, XObject context, ref int visits)
    {
        var found = new List<XObject>();
        foreach (var candidate in Candidates(step, context))
        {
            if (++visits > MaxVisits)
                throw new PatchException(PatchFailure.InvalidPatch, "too-costly", "The selectors of the patch visit too many nodes.");
            if (step.Name is null || (candidate as XElement)?.Name == step.Name || (candidate as XAttribute)?.Name == step.Name)
                found.Add(candidate);
        }

        foreach (var condition in step.Conditions)
        {
            var kept = new List<XObject>();
            for (var i = 0; i < found.Count; i++)
            {
                if (condition.Position == 0 ? Holds(condition, found[i], ref visits) : i + 1 == (condition.Position < 0 ? found.Count : condition.Position))
                    kept.Add(found[i]);
            }

            found = kept;
        }

        return found;
    }

    private static IEnumerable<XObject> Candidates(Step step, XObject context) => (step.Axis, context) switch
    {
        (Axis.Self, _) => [context],
        (Axis.Attribute, XElement element) => element.Attributes().Where(a => !a.IsNamespaceDeclaration),
        (Axis.Element, XContainer container) => container.Elements(),
        (Axis.Text, XContainer container) => container.Nodes().OfType<XText>(),
        (Axis.Comment, XContainer container) => container.Nodes().OfType<XComment>(),
        (Axis.Node, XContainer container) => container.Nodes(),
        _ => [],
    };

    private static bool Holds(Condition condition, XObject node, ref int visits)
    {
        foreach (var found in Evaluate(condition.Path!, node, ref visits))
        {
            if (condition.Value is null || condition.Value == ValueOf(found))
                return true;
        }

        return false;
    }

    private static string ValueOf(XObject node) => node switch
    {
        XElement element => element.Value,
        XAttribute attribute => attribute.Value,
        XText text => text.Value,
        XComment comment => comment.Value,
        _ => "",
    };

    private sealed record Step(Axis Axis, XName? Name)
    {
        public List<Condition> Conditions { get; } = [];
    }

    // A position (-1 for the last), or a path that must lead to something, or to something with that value.
    private sealed record Condition(int Position, List<Step>? Path, string? Value);
}
