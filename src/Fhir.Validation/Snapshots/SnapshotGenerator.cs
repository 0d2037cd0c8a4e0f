// From a differential to a snapshot (R4 profiling.html#snapshot): the way in, and the definitions that a profile stands on.

using System.Text.Json;
using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>
/// Makes snapshots: what a definition says about every element, its own words and those of all that it derives from. Base
/// definitions and type profiles are taken with the snapshot that they were published with, and get one made if they have
/// none. Holds no state between calls; safe for several threads if the resolver is.
/// </summary>
/// <param name="resolve">Finds the definitions that a profile names, in any package.</param>
/// <param name="limits">Bounds; the defaults if null.</param>
public sealed class SnapshotGenerator(StructureDefinitionResolver resolve, SnapshotLimits? limits = null)
{
    private readonly SnapshotLimits _limits = limits ?? SnapshotLimits.Default;

    /// <summary>Makes the snapshot from the differential; one that the definition has is not looked at.</summary>
    /// <param name="definition">A StructureDefinition.</param>
    /// <exception cref="SnapshotException">The differential does not fit; the message says which element and what to do.</exception>
    public Snapshot Generate(ResourceTree definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        if (definition.ResourceType != "StructureDefinition")
            throw new ArgumentException($"A {definition.ResourceType} has no snapshot; give a StructureDefinition.", nameof(definition));
        var source = new SourceDefinition(definition);
        var session = new SnapshotSession(resolve, _limits, source.Name);
        return SnapshotWriter.Write(source, session.Generate(source), _limits);
    }

    /// <summary>The snapshot that the definition was published with, or else one made from its differential.</summary>
    /// <param name="definition">A StructureDefinition.</param>
    /// <exception cref="SnapshotException">There is none, and the differential does not fit.</exception>
    public Snapshot Open(ResourceTree definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return definition.ResourceType == "StructureDefinition" && definition.Root.Child("snapshot").Exists
            ? new Snapshot(definition, _limits)
            : Generate(definition);
    }
}

/// <summary>A StructureDefinition as the generator reads it.</summary>
internal sealed class SourceDefinition
{
    public SourceDefinition(ResourceTree tree)
    {
        Json = JsonValues.Parse(tree.Json.Span);
        Url = Text("url") ?? "";
        Type = Text("type") ?? "";
        Base = Text("baseDefinition");
        Kind = Text("kind") ?? "";
        IsSpecialization = Text("derivation") is "specialization" or null;
    }

    public JsonElement Json { get; }

    public string Url { get; }

    public string Type { get; }

    public string? Base { get; }

    /// <summary>A code of R4 valueset-structure-definition-kind.html.</summary>
    public string Kind { get; }

    /// <summary>True if new elements may be added (R4 valueset-type-derivation-rule.html).</summary>
    public bool IsSpecialization { get; }

    /// <summary>What messages call it.</summary>
    public string Name => Url.Length > 0 ? Url : Text("name") ?? "A StructureDefinition without url";

    public JsonElement? Elements(string view) =>
        Json.TryGetProperty(view, out var value) && value.ValueKind == JsonValueKind.Object && value.TryGetProperty("element", out var list) && list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0
            ? list
            : null;

    private string? Text(string member) =>
        Json.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

/// <summary>One generation with all definitions that it opens.</summary>
internal sealed class SnapshotSession
{
    private const string CoreBase = "http://hl7.org/fhir/StructureDefinition/";

    // The type above all others, which R4's logical models name though R4 does not define it.
    private const string AbstractBase = CoreBase + "Base";

    private readonly StructureDefinitionResolver _resolve;
    private readonly SnapshotLimits _limits;
    private readonly Dictionary<string, ElementDraft?> _opened = new(StringComparer.Ordinal);
    private readonly List<string> _chain = [];

    public SnapshotSession(StructureDefinitionResolver resolve, SnapshotLimits limits, string profile)
    {
        _resolve = resolve;
        _limits = limits;
        Budget = new SnapshotBudget(profile, limits);
    }

    public SnapshotBudget Budget { get; }

    public SnapshotLimits Limits => _limits;

    /// <summary>The canonical URL of a type: its code, unless that is a URL itself (logical models).</summary>
    public static string CanonicalOf(string typeCode) =>
        typeCode.Contains("://", StringComparison.Ordinal) ? typeCode : CoreBase + typeCode;

    /// <summary>Applies the definition's differential to its base.</summary>
    public ElementDraft Generate(SourceDefinition definition)
    {
        var name = definition.Name;
        if (_chain.Contains(name, StringComparer.Ordinal))
            throw new SnapshotException(name, null, $"It needs its own snapshot to make its snapshot ({string.Join(" -> ", _chain)} -> {name}); change a baseDefinition or type profile in this circle.");
        if (_chain.Count >= _limits.MaxDefinitions)
            throw new SnapshotException(name, null, $"More than {_limits.MaxDefinitions} definitions stand on each other; shorten the chain of base definitions and type profiles.");
        _chain.Add(name);
        var differential = definition.Elements("differential") is { } list ? new ElementListReader(name, Budget, _limits).Read(list) : null;
        var start = Start(definition, differential);
        if (differential is not null)
            new DifferentialMerge(this, definition, start).Apply(differential);
        _chain.RemoveAt(_chain.Count - 1);
        return start;
    }

    /// <summary>The tree of a definition that another one names; null if there is none. Its drafts are shared: copy them.</summary>
    public ElementDraft? Find(string canonical)
    {
        if (_opened.TryGetValue(canonical, out var known))
            return known;
        var root = string.Equals(canonical, AbstractBase, StringComparison.Ordinal) && _resolve(canonical) is null
            ? new ElementDraft("Base") { Members = { ["min"] = JsonValues.Parse("0"u8), ["max"] = JsonValues.Text("*") } }
            : _resolve(canonical) is { ResourceType: "StructureDefinition" } tree ? Read(new SourceDefinition(tree)) : null;
        _opened[canonical] = root;
        return root;
    }

    /// <summary>True while that definition's snapshot is being made, and others for its sake.</summary>
    public bool IsBeingMade(string canonical) => _chain.Contains(canonical.Split('|')[0], StringComparer.Ordinal);

    /// <summary>
    /// The rules of a type's root, or null. Types stand on each other in circles (an element may have extensions, and an extension
    /// is an element), so they are taken from the differentials where there is no snapshot.
    /// </summary>
    public JsonElement? RulesOf(string canonical)
    {
        if (_resolve(canonical) is not { ResourceType: "StructureDefinition" } tree)
            return null;
        if (tree.Root.Child("snapshot").Exists)
            return Find(canonical)?["constraint"];
        JsonElement? rules = null;
        for (var i = 0; tree is not null && i < _limits.MaxDefinitions; i++)
        {
            var source = new SourceDefinition(tree);
            if (source.Elements("differential") is { } list && list[0].ValueKind == JsonValueKind.Object && ElementShape.FindFault(list[0]) is null
                && list[0].TryGetProperty("constraint", out var own))
            {
                own = ElementRules.WithSource(own, source.Url);
                rules = rules is { } derived ? JsonValues.Union(own, derived, static rule => JsonValues.KeyOf(rule, "key")) : own;
            }

            tree = source.Base is { } @base ? _resolve(@base) : null;
        }

        return rules;
    }

    /// <summary>The canonical URL of a definition's base, or null.</summary>
    public string? BaseOf(string canonical) =>
        _resolve(canonical) is { ResourceType: "StructureDefinition" } tree ? tree.Root.ChildValue("baseDefinition") : null;

    private ElementDraft Read(SourceDefinition definition)
    {
        var root = definition.Elements("snapshot") is { } list
            ? new ElementListReader(definition.Name, Budget, _limits, isSnapshot: true).Read(list)!
            : Generate(definition);
        ElementRules.SetSource(root, definition.Url);
        return root;
    }

    private ElementDraft Start(SourceDefinition definition, ElementDraft? differential)
    {
        if (definition.Base is not { } canonical)
        {
            if (differential is null || !definition.IsSpecialization)
                throw new SnapshotException(definition.Name, null, "It has neither baseDefinition nor elements of its own; name the definition that it constrains.");
            var own = new ElementDraft(differential.Name);
            ElementRules.DescribeAsType(own, definition);
            return own;
        }

        var found = Find(canonical)
            ?? throw new SnapshotException(definition.Name, null, $"Its baseDefinition {canonical} is not known; load the package that holds it, or correct the URL.");
        if (!definition.IsSpecialization && definition.Type.Length > 0 && !string.Equals(definition.Type[(definition.Type.LastIndexOf('/') + 1)..], found.Name, StringComparison.Ordinal))
            throw new SnapshotException(definition.Name, null, $"Its type is {definition.Type}, but its baseDefinition {canonical} is a {found.Name}; say type {found.Name}, or name a base of type {definition.Type}.");
        var start = found.Copy(Budget);
        if (definition.IsSpecialization && definition.Type.Length > 0)
            start.Name = differential?.Name ?? definition.Type[(definition.Type.LastIndexOf('/') + 1)..];
        ElementRules.ForgetMaturity(start);
        if (definition.IsSpecialization)
            ElementRules.DescribeAsType(start, definition);
        if (!definition.IsSpecialization && start.Name == "Extension")
            ElementRules.DescribeAsExtension(start);
        if (definition is { IsSpecialization: true, Kind: "resource" or "primitive-type" or "logical" })
            ElementRules.ForgetSlicing(start);
        start.Id = start.Name;
        return start;
    }
}
