// A code system taken apart: its concepts by code, and the hierarchy that nesting and parent and child properties make.

using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>A concept of a code system.</summary>
internal sealed class ParsedConcept(string code, ElementNode node)
{
    public string Code { get; } = code;

    /// <summary>The <c>CodeSystem.concept</c> element.</summary>
    public ElementNode Node { get; } = node;

    public List<ParsedConcept> Parents { get; } = [];

    public List<ParsedConcept> Children { get; } = [];

    /// <summary>Values of a property, as text.</summary>
    public IEnumerable<string> Property(string name)
    {
        foreach (var property in Node.ChildrenOf("property"))
        {
            if (property.ChildValue("code") != name || property.Child("value") is not { Exists: true } value)
                continue;
            if ((value.IsPrimitive ? value.GetString() : value.ChildValue("code")) is { } text)
                yield return text;
        }
    }
}

/// <summary>A CodeSystem (R4 codesystem.html). Immutable once made.</summary>
internal sealed class ParsedCodeSystem
{
    private const string ConceptProperties = "http://hl7.org/fhir/concept-properties#";

    private readonly Dictionary<string, ParsedConcept> _concepts;
    private readonly List<ParsedConcept> _inOrder = [];
    private readonly HashSet<string> _properties = new(StringComparer.Ordinal);
    private readonly HashSet<string> _filters = new(StringComparer.Ordinal);
    private readonly List<string> _inactiveProperties;
    private readonly List<string> _statusProperties;

    private ParsedCodeSystem(ElementNode root)
    {
        Url = root.ChildValue("url") ?? "";
        Version = root.ChildValue("version");
        Content = root.ChildValue("content") ?? "complete";

        // Where nothing is said, codes differ by case: to take two codes for one would be the worse mistake.
        IsCaseSensitive = root.Child("caseSensitive") is not { Exists: true } caseSensitive || caseSensitive.GetBoolean() != false;
        _concepts = new(IsCaseSensitive ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase);
        Collect(root, null, nestingSubsumes: root.ChildValue("hierarchyMeaning") != "part-of");

        var declared = root.ChildrenOf("property").ToList();
        _properties.UnionWith(declared.Select(static property => property.ChildValue("code")).OfType<string>());
        foreach (var parent in PropertiesFor(declared, "parent").Append("subsumedBy"))
            Link(parent, static (concept, other) => Relate(other, concept));
        foreach (var child in PropertiesFor(declared, "child"))
            Link(child, static (concept, other) => Relate(concept, other));
        _filters.UnionWith(root.ChildrenOf("filter").ToList().Select(static filter => filter.ChildValue("code")).OfType<string>());
        _inactiveProperties = PropertiesFor(declared, "inactive");
        _statusProperties = PropertiesFor(declared, "status");
    }

    public string Url { get; }

    public string? Version { get; }

    /// <summary><c>complete</c>, <c>fragment</c>, <c>example</c> or <c>not-present</c>.</summary>
    public string Content { get; }

    public bool IsComplete => Content == "complete";

    public bool IsCaseSensitive { get; }

    /// <summary>The concepts in the order of the resource, those with children before their children.</summary>
    public IReadOnlyList<ParsedConcept> Concepts => _inOrder;

    public static ParsedCodeSystem Read(ResourceTree tree) => new(tree.Root);

    public ParsedConcept? Find(string code) => _concepts.GetValueOrDefault(code);

    /// <summary>True if the code system declares the property, or a concept has it.</summary>
    public bool HasProperty(string name) =>
        _properties.Contains(name) || _inOrder.Exists(concept => concept.Property(name).Any());

    /// <summary>True if the code system has a filter of that name, which only its owner may be able to apply.</summary>
    public bool HasFilter(string name) => _filters.Contains(name);

    /// <summary>True if the concept is marked as no longer in use (R4 codesystem-concept-properties.html).</summary>
    public bool IsInactive(ParsedConcept concept) =>
        _inactiveProperties.Exists(property => concept.Property(property).Contains("true", StringComparer.Ordinal))
        || _statusProperties.Exists(property => concept.Property(property).Any(static status => status is "retired" or "inactive"));

    /// <summary>The concept and all above or below it, each once, whatever loops a bad hierarchy has.</summary>
    public static IReadOnlyCollection<ParsedConcept> Closure(ParsedConcept start, SubsumptionSide side)
    {
        var seen = new HashSet<ParsedConcept> { start };
        var open = new Stack<ParsedConcept>();
        open.Push(start);
        while (open.TryPop(out var concept))
        {
            foreach (var next in side == SubsumptionSide.Above ? concept.Parents : concept.Children)
            {
                if (seen.Add(next))
                    open.Push(next);
            }
        }

        return seen;
    }

    /// <summary>
    /// The ways in which records may write the code. A code system that ignores case says so of one code in several spellings;
    /// those in use are its own, all capitals and none.
    /// </summary>
    public IEnumerable<string> Spellings(string code)
    {
        yield return code;
        if (!IsCaseSensitive)
        {
            yield return code.ToUpperInvariant();
            yield return code.ToLowerInvariant();
        }
    }

    // The name of a property is the code system's own; its uri says what it means.
    private static List<string> PropertiesFor(List<ElementNode> declared, string meaning)
    {
        List<string> names = [meaning];
        foreach (var property in declared)
        {
            if (property.ChildValue("uri") == ConceptProperties + meaning && property.ChildValue("code") is { } name && name != meaning)
                names.Add(name);
        }

        return names;
    }

    private static void Relate(ParsedConcept parent, ParsedConcept child)
    {
        if (parent == child || child.Parents.Contains(parent))
            return;
        parent.Children.Add(child);
        child.Parents.Add(parent);
    }

    private void Collect(ElementNode holder, ParsedConcept? parent, bool nestingSubsumes)
    {
        foreach (var node in holder.ChildrenOf("concept"))
        {
            if (node.ChildValue("code") is not { } code)
                continue;
            if (!_concepts.TryGetValue(code, out var concept))
            {
                _concepts.Add(code, concept = new ParsedConcept(code, node));
                _inOrder.Add(concept);
            }

            // Parts are not kinds: an arm is in the body, and no body.
            if (parent is not null && nestingSubsumes)
                Relate(parent, concept);
            Collect(node, concept, nestingSubsumes);
        }
    }

    private void Link(string property, Action<ParsedConcept, ParsedConcept> relate)
    {
        foreach (var concept in _inOrder)
        {
            foreach (var code in concept.Property(property))
            {
                if (_concepts.TryGetValue(code, out var other))
                    relate(concept, other);
            }
        }
    }
}
