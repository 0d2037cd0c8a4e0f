// The meaning of the expression tree, said plainly over resources in memory: the oracle of the stores' tests, and the test of one
// resource against a subscription's criteria.

using FhirHub.Model;

namespace FhirHub.Search;

/// <summary>A resource as the evaluator sees it.</summary>
/// <param name="Type">Resource type.</param>
/// <param name="Id">Logical id; of a contained resource the id that <c>#id</c> names.</param>
/// <param name="LastUpdated">Time of the current version.</param>
/// <param name="Entries">What <see cref="IndexExtractor"/> found in it.</param>
public sealed record IndexedResource(string Type, string Id, DateTimeOffset LastUpdated, IReadOnlyList<IndexEntry> Entries)
{
    /// <summary>The resources that it contains (R4 references.html#contained).</summary>
    public IReadOnlyList<IndexedResource> Contained { get; init; } = [];

    /// <summary>Its texts, for <c>_text</c> and <c>_content</c>.</summary>
    public ResourceText? Text { get; init; }
}

/// <summary>The other resources, which chains lead to.</summary>
public interface IResourceLookup
{
    /// <summary>The current resource of that type and id, or null.</summary>
    IndexedResource? Find(string type, string id);

    /// <summary>The current resources with that canonical URL.</summary>
    IEnumerable<IndexedResource> FindByUrl(string url);

    /// <summary>All current resources of the type.</summary>
    IEnumerable<IndexedResource> All(string type);
}

/// <summary>Says whether a resource meets a condition, one comparison at a time (R4 search.html).</summary>
public sealed partial class SearchEvaluator(SearchParameterRegistry registry, IResourceLookup lookup)
{
    /// <summary>
    /// True if the resource is a match: it, or where the query searches contained resources one that it contains, is of a type
    /// searched and meets the condition (R4 search.html#contained).
    /// </summary>
    public bool Matches(IndexedResource resource, SearchQuery query) =>
        (query.Contained != ContainedMode.Only && IsMatch(new Subject(resource, resource), query))
        || (query.Contained != ContainedMode.None && resource.Contained.Any(contained => IsMatch(new Subject(contained, resource), query)));

    /// <summary>True if the resource meets the condition.</summary>
    public bool Matches(IndexedResource resource, SearchExpression expression) => Matches(new Subject(resource, resource), expression);

    private bool IsMatch(Subject subject, SearchQuery query) =>
        query.ResourceTypes.Contains(subject.Resource.Type, StringComparer.Ordinal) && Matches(subject, query.Expression);

    private bool Matches(Subject subject, SearchExpression expression) => expression switch
    {
        SearchExpression.All => true,
        SearchExpression.None => false,
        SearchExpression.And and => and.Parts.All(part => Matches(subject, part)),
        SearchExpression.Or or => or.Parts.Any(part => Matches(subject, part)),

        // R4 search.html#token: ":not" is true for resources without the element too.
        SearchExpression.Not not => !Matches(subject, not.Part),
        SearchExpression.TypeIn types => types.Types.Contains(subject.Resource.Type, StringComparer.Ordinal),

        // The id of a contained resource means something within its container only.
        SearchExpression.IdIn ids => !subject.IsContained && ids.Ids.Contains(subject.Resource.Id, StringComparer.Ordinal),
        SearchExpression.LastUpdated updated => LastUpdated(subject.Holder.LastUpdated, updated.Range),
        SearchExpression.Parameter parameter => EntriesOf(subject.Resource, parameter.Definition)
            .Any(entry => Matches(Resolve(entry, subject.Holder), parameter.Predicate)),
        SearchExpression.Missing missing => !EntriesOf(subject.Resource, missing.Definition).Any(),
        SearchExpression.Chain chain => Targets(subject, chain).Any(target => Matches(target, chain.Inner)) || (chain.OrMissing && LeadsNowhere(subject, chain)),
        SearchExpression.ReverseChain reverse => Referrers(subject, reverse.Reference).Any(referrer => Matches(referrer, reverse.Inner)),
        SearchExpression.InCompartment compartment => Matches(subject, CompartmentRules.Expand(compartment, subject.Resource.Type, registry)),
        SearchExpression.Contains contains => subject.Resource.Contained.Any(contained =>
            contains.Types.Contains(contained.Type, StringComparer.Ordinal) && Matches(new Subject(contained, subject.Resource), contains.Inner)),
        SearchExpression.ContainedIn contained =>
            !ReferenceEquals(subject.Holder, subject.Resource) && Matches(new Subject(subject.Holder, subject.Holder), contained.Inner),
        SearchExpression.Text text => subject.Resource.Text?.Satisfies(text.Part, text.Query) == true,
        _ => throw new ArgumentException($"The evaluator does not know {expression.GetType().Name}.", nameof(expression)),
    };

    /// <summary>What a condition is about.</summary>
    /// <param name="Resource">The resource.</param>
    /// <param name="Holder">The resource that contains it; itself if none does.</param>
    private readonly record struct Subject(IndexedResource Resource, IndexedResource Holder)
    {
        public bool IsContained => !ReferenceEquals(Resource, Holder);
    }

    private static IEnumerable<IndexEntry> EntriesOf(IndexedResource resource, SearchParameter parameter) =>
        resource.Entries.Where(entry => entry.Parameter.Key == parameter.Key);

    // Inside a container "#" is a reference to it like one by its type and id (R4 references.html#contained).
    private static IndexEntry Resolve(IndexEntry entry, IndexedResource holder) =>
        entry is ReferenceEntry { Url: "#" } reference ? reference with { Type = holder.Type, Id = holder.Id, Url = null } : entry;

    // Commit times have milliseconds, so an instant stands for one of them.
    private static bool LastUpdated(DateTimeOffset instant, RangePredicate range)
    {
        var low = DateRange.Of(instant);
        return Compare(range, low, low + 999);
    }

    private bool LeadsNowhere(Subject subject, SearchExpression.Chain chain) => EntriesOf(subject.Resource, chain.Reference).OfType<ReferenceEntry>()
        .Any(entry => entry is { Type: { } type, Id: { } id } && chain.TargetTypes.Contains(type, StringComparer.Ordinal) && lookup.Find(type, id) is null);

    private IEnumerable<Subject> Targets(Subject subject, SearchExpression.Chain chain) =>
        EntriesOf(subject.Resource, chain.Reference).OfType<ReferenceEntry>()
            .SelectMany(entry => Targets(entry, subject.Holder))
            .Where(target => chain.TargetTypes.Count == 0 || chain.TargetTypes.Contains(target.Resource.Type, StringComparer.Ordinal));

    // "#id" is a contained resource of the same holder, "#" the holder itself (R4 references.html#contained).
    private IEnumerable<Subject> Targets(ReferenceEntry entry, IndexedResource holder)
    {
        if (entry.Url is ['#', .. var local])
        {
            return local.Length == 0
                ? [new Subject(holder, holder)]
                : holder.Contained.Where(contained => contained.Id == local).Select(contained => new Subject(contained, holder));
        }

        var found = entry is { Type: { } type, Id: { } id }
            ? lookup.Find(type, id) is { } target ? [target] : []
            : entry.Url is { } url ? lookup.FindByUrl(url) : [];
        return found.Select(static resource => new Subject(resource, resource));
    }

    private IEnumerable<Subject> Referrers(Subject subject, SearchParameter reference) =>
        lookup.All(reference.ResourceType)
            .Where(referrer => EntriesOf(referrer, reference).OfType<ReferenceEntry>().Any(entry => LeadsTo(entry, referrer, subject)))
            .Select(static referrer => new Subject(referrer, referrer));

    // Only its container knows a contained resource; a canonical URL names one that stands for itself.
    private static bool LeadsTo(ReferenceEntry entry, IndexedResource referrer, Subject target) => (entry.Url, target.IsContained) switch
    {
        ({ } url, true) => ReferenceEquals(referrer, target.Holder) && url.StartsWith('#') && url.AsSpan(1).SequenceEqual(target.Resource.Id),
        (null, true) => false,
        ("#", _) => ReferenceEquals(referrer, target.Resource),
        ({ } url, _) => target.Resource.Entries.OfType<UriEntry>().Any(uri => uri.Parameter.Code == "url" && uri.Uri == url),
        _ => entry.Type == target.Resource.Type && entry.Id == target.Resource.Id,
    };

    private bool Matches(IndexEntry entry, SearchPredicate predicate) => (entry, predicate) switch
    {
        (StringEntry text, StringPredicate wanted) => Text(text, wanted),
        (TokenEntry token, TokenPredicate wanted) => Token(token.System, token.Code, wanted.System, wanted.Code),

        // ":text": the text of the coding starts with the text asked for.
        (TokenEntry token, TokenTextPredicate wanted) => token.Text?.StartsWith(wanted.Text, StringComparison.Ordinal) == true,
        (TokenEntry { Code: { } code } token, TokenSetPredicate wanted) => wanted.Codes.Contains(token.System, code),
        (TokenEntry { IdentifierType: { } type } token, OfTypePredicate wanted) =>
            type.System == wanted.TypeSystem && type.Code == wanted.TypeCode && token.Code == wanted.Value,
        (DateEntry date, RangePredicate wanted) => Compare(wanted, date.Low, date.High),
        (NumberEntry number, NumberPredicate wanted) => Compare(wanted, number.Low, number.High),
        (QuantityEntry quantity, QuantityPredicate wanted) => Quantity(quantity, wanted),
        (ReferenceEntry reference, ReferencePredicate wanted) => Reference(reference, wanted),
        (ReferenceEntry reference, ReferenceIdentifierPredicate wanted) =>
            Token(reference.IdentifierSystem, reference.IdentifierValue, wanted.System, wanted.Value),
        (ReferenceEntry { Type: { } type, Id: { } id }, HierarchyPredicate wanted) => type == wanted.Type && wanted.Side switch
        {
            SubsumptionSide.Below => AndParents(type, id, wanted.Parent).Contains(wanted.Id),
            _ => AndParents(type, wanted.Id, wanted.Parent).Contains(id),
        },
        (UriEntry uri, UriPredicate wanted) => Uri(uri.Uri, wanted),
        (PositionEntry position, NearPredicate wanted) => Near.Distance(position.Latitude, position.Longitude, wanted.Latitude, wanted.Longitude) <= wanted.Metres,
        (CompositeEntry composite, CompositePredicate wanted) =>
            composite.Components.Zip(wanted.Components).All(pair => Matches(pair.First, pair.Second)),
        (_, UnequalPredicate wanted) => HasValue(entry) && !Matches(entry, wanted.Value),
        _ => false,
    };

    private static bool HasValue(IndexEntry entry) =>
        entry is not (TokenEntry { Code: null } or ReferenceEntry { Id: null, Url: null } or StringEntry { Reading: not NameReading.None });

    // A hierarchy that goes in a circle is walked once.
    private HashSet<string> AndParents(string type, string id, SearchParameter parent)
    {
        var found = new HashSet<string>(StringComparer.Ordinal) { id };
        var waiting = new Queue<string>(found);
        while (waiting.TryDequeue(out var next))
        {
            foreach (var entry in lookup.Find(type, next) is { } resource ? EntriesOf(resource, parent) : [])
            {
                if (entry is ReferenceEntry { Id: { } above } reference && reference.Type == type && found.Add(above))
                    waiting.Enqueue(above);
            }
        }

        return found;
    }
}
