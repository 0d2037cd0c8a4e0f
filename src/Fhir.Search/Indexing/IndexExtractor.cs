// From a resource to its index entries: runs the path program of each search parameter and turns what it finds into values.

using System.Collections.Concurrent;
using FhirHub.Model;
using FhirHub.Model.FhirPath;

namespace FhirHub.Search;

/// <summary>What extraction needs to know of the server.</summary>
public sealed record IndexOptions
{
    /// <summary>
    /// The server's own base addresses, without a slash at the end; absolute references below them are local
    /// (R4 references.html#literal).
    /// </summary>
    public IReadOnlyList<string> BaseUrls { get; init; } = [];

    /// <summary>True to index names in Chinese characters by their pinyin too.</summary>
    public bool Pinyin { get; init; } = true;
}

/// <summary>Finds what each search parameter has in a resource (R4 search.html). Safe to use from several threads.</summary>
public sealed partial class IndexExtractor
{
    /// <summary>To be raised whenever the same resource and parameters give other entries than before.</summary>
    public const int Version = 2;

    // Whoever may write a SearchParameter must not be able to hold up every write. Steps and not time: what is extracted must not
    // depend on how busy the machine is.
    private static readonly FhirPathContext AddedContext = new() { MaxSteps = 200_000, MaxTime = TimeSpan.FromMinutes(1) };

    // Values of an element that a composite's components combine to; more are none, and no composite of R4 comes near it.
    private const int MaxCombinations = 10_000;

    private readonly SearchParameterRegistry _registry;
    private readonly Schema _schema;
    private readonly IReadOnlyList<string> _baseUrls;
    private readonly ConcurrentDictionary<TypeDefinition, Extraction[]> _extractions = new();

    /// <summary>Makes an extractor; expressions compile when a resource type first comes by.</summary>
    public IndexExtractor(SearchParameterRegistry registry, IndexOptions? options = null, Schema? schema = null)
    {
        _registry = registry;
        _schema = schema ?? Schema.R4;
        options ??= new IndexOptions();
        _baseUrls = options.BaseUrls;
        _pinyin = options.Pinyin;
        _nameParts = NamePartsOf(_schema);
        _shapes = ShapesOf(_schema);
        _codeSystems = new string?[_schema.Elements.Count];
    }

    /// <summary>The entries of a resource, each once, and its literal references to local resources.</summary>
    public (IReadOnlyList<IndexEntry> Entries, IReadOnlyList<LocalReference> References) Extract(ElementNode resource)
    {
        var references = new List<LocalReference>();
        CollectReferences(resource, [(resource.GetPath(), -1)], references);
        return (EntriesOf(resource), references);
    }

    private List<IndexEntry> EntriesOf(ElementNode resource)
    {
        var entries = new List<IndexEntry>(32);
        var found = new List<ElementNode>();
        if (!_extractions.TryGetValue(resource.Type, out var extractions))
            extractions = _extractions.GetOrAdd(resource.Type, Compile);
        foreach (var extraction in extractions)
        {
            var first = entries.Count;
            if (extraction.Components.Length > 0)
                AddComposites(extraction, resource, found, entries);
            else
                AddValues(extraction, resource, found, entries);
            RemoveDuplicates(entries, first);
        }

        return entries;
    }

    private void AddValues(Extraction extraction, ElementNode node, List<ElementNode> found, List<IndexEntry> entries)
    {
        if (extraction.Program is null)
        {
            AddComputed(extraction, node, entries);
            return;
        }

        found.Clear();
        extraction.Program.Run(node, found);
        foreach (var value in found)
            AddValue(extraction.Parameter, value, entries);
    }

    // Expressions that compute, such as Patient.deceased's, may end in a value that is no element.
    private void AddComputed(Extraction extraction, ElementNode node, List<IndexEntry> entries)
    {
        foreach (var value in Evaluate(extraction, node))
        {
            if (value.Node is { } element)
                AddValue(extraction.Parameter, element, entries);
            else if (extraction.Parameter.Type == SearchParameterType.Token && value.Kind == FhirPathKind.Boolean)
                entries.Add(new TokenEntry(extraction.Parameter, SpecialValues, value.AsBoolean() == true ? "true" : "false"));
            else if (value.AsString() is { Length: > 0 } text)
                AddText(extraction.Parameter, text, entries);
        }
    }

    // What an expression can't work out for this resource, it has no value for; the resource is valid all the same.
    private static IReadOnlyList<FhirPathValue> Evaluate(Extraction extraction, ElementNode node)
    {
        try
        {
            return extraction.Expression!.Evaluate(node, extraction.Context);
        }
        catch (FhirPathException)
        {
            return [];
        }
    }

    private static void AddText(SearchParameter parameter, string text, List<IndexEntry> entries)
    {
        switch (parameter.Type)
        {
            case SearchParameterType.String:
                entries.Add(new StringEntry(parameter, StringFolding.Fold(text), text));
                break;
            case SearchParameterType.Token:
                entries.Add(new TokenEntry(parameter, null, text));
                break;
            case SearchParameterType.Uri:
                entries.Add(new UriEntry(parameter, text));
                break;
        }
    }

    private void AddValue(SearchParameter parameter, ElementNode node, List<IndexEntry> entries)
    {
        switch (parameter.Type)
        {
            case SearchParameterType.Token:
                AddTokens(parameter, node, entries);
                break;
            case SearchParameterType.String:
                AddStrings(parameter, node, entries);
                break;
            case SearchParameterType.Reference:
                AddReferences(parameter, node, entries);
                break;
            case SearchParameterType.Date:
                AddDates(parameter, node, entries);
                break;
            case SearchParameterType.Quantity:
                AddQuantities(parameter, node, entries);
                break;
            case SearchParameterType.Number:
                AddNumbers(parameter, node, entries);
                break;
            case SearchParameterType.Uri:
                AddUris(parameter, node, entries);
                break;
            case SearchParameterType.Special:
                AddPositions(parameter, node, entries);
                break;
        }
    }

    // Every component is looked for within one and the same element (R4 search.html#composite).
    private void AddComposites(Extraction extraction, ElementNode resource, List<ElementNode> found, List<IndexEntry> entries)
    {
        found.Clear();
        if (extraction.Program is { } program)
            program.Run(resource, found);
        else
            found.AddRange(Evaluate(extraction, resource).Where(value => value.Node is not null).Select(value => value.Node!.Value));
        if (found.Count == 0)
            return;
        var inner = new List<ElementNode>();
        var values = new List<IndexEntry>[extraction.Components.Length];
        foreach (var element in found.ToArray())
        {
            var complete = true;
            for (var i = 0; i < values.Length && complete; i++)
            {
                values[i] = [];
                AddValues(extraction.Components[i], element, inner, values[i]);
                values[i].RemoveAll(entry => entry is TokenEntry { Code: null } or StringEntry { Reading: not NameReading.None });
                RemoveDuplicates(values[i], 0);
                complete = values[i].Count > 0;
            }

            if (complete && values.Aggregate(1L, static (product, list) => Math.Min(product * list.Count, int.MaxValue)) <= MaxCombinations)
                Combine(extraction.Parameter, values, 0, new IndexEntry[values.Length], entries);
        }
    }

    private static void Combine(SearchParameter parameter, List<IndexEntry>[] values, int at, IndexEntry[] chosen, List<IndexEntry> entries)
    {
        if (at == values.Length)
        {
            entries.Add(new CompositeEntry(parameter, [.. chosen]));
            return;
        }

        foreach (var value in values[at])
        {
            chosen[at] = value;
            Combine(parameter, values, at + 1, chosen, entries);
        }
    }

    // A parameter has a handful of values, for which comparing each with each is the cheapest.
    private static void RemoveDuplicates(List<IndexEntry> entries, int first)
    {
        if (entries.Count - first > 32)
        {
            var seen = new HashSet<IndexEntry>(EntryComparer.Instance);
            var kept = first;
            for (var i = first; i < entries.Count; i++)
            {
                if (seen.Add(entries[i]))
                    entries[kept++] = entries[i];
            }

            entries.RemoveRange(kept, entries.Count - kept);
            return;
        }

        for (var i = entries.Count - 1; i > first; i--)
        {
            for (var j = first; j < i; j++)
            {
                if (EntryComparer.Instance.Equals(entries[i], entries[j]))
                {
                    entries.RemoveAt(i);
                    break;
                }
            }
        }
    }

    private Extraction[] Compile(TypeDefinition type)
    {
        var extractions = new List<Extraction>();
        foreach (var parameter in _registry.ForType(type.Name))
        {
            // The store knows id and time of a version better than the body does.
            if (parameter.Code is not ("_id" or "_lastUpdated") && parameter.Expression is { } expression)
                extractions.Add(Compile(parameter, expression, type));
        }

        return [.. extractions];
    }

    private Extraction Compile(SearchParameter parameter, string expression, TypeDefinition? root)
    {
        var compiled = FhirPathExpression.Compile(expression);
        var context = parameter.IsAdded ? AddedContext : null;
        var program = new PathCompiler(_schema, root).Compile(compiled.Syntax);
        var components = parameter.Components
            .Select(component => Compile(component.Parameter, component.Expression, null) with { Components = [], Context = context })
            .ToArray();
        return new Extraction(parameter, program, program is null ? compiled : null, components, context);
    }

    private sealed record Extraction(SearchParameter Parameter, PathStep? Program, FhirPathExpression? Expression, Extraction[] Components, FhirPathContext? Context);

    // Records compare lists by reference; two composite entries are equal if their parts are.
    private sealed class EntryComparer : IEqualityComparer<IndexEntry>
    {
        public static readonly EntryComparer Instance = new();

        public bool Equals(IndexEntry? x, IndexEntry? y) =>
            x is CompositeEntry left && y is CompositeEntry right ? left.Components.SequenceEqual(right.Components) : object.Equals(x, y);

        public int GetHashCode(IndexEntry entry)
        {
            if (entry is not CompositeEntry composite)
                return entry.GetHashCode();
            var hash = new HashCode();
            foreach (var component in composite.Components)
                hash.Add(component);
            return hash.ToHashCode();
        }
    }
}
