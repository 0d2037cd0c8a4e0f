// The meaning of the expression tree, said plainly over resources in memory: the oracle of the stores' tests, and the test of one
// resource against a subscription's criteria.

namespace FhirHub.Search;

/// <summary>A resource as the evaluator sees it.</summary>
/// <param name="Type">Resource type.</param>
/// <param name="Id">Logical id.</param>
/// <param name="LastUpdated">Time of the current version.</param>
/// <param name="Entries">What <see cref="IndexExtractor"/> found in it.</param>
public sealed record IndexedResource(string Type, string Id, DateTimeOffset LastUpdated, IReadOnlyList<IndexEntry> Entries)
{
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
    /// <summary>True if the resource is of a type that the query searches and meets its condition.</summary>
    public bool Matches(IndexedResource resource, SearchQuery query) =>
        query.ResourceTypes.Contains(resource.Type, StringComparer.Ordinal) && Matches(resource, query.Expression);

    /// <summary>True if the resource meets the condition.</summary>
    public bool Matches(IndexedResource resource, SearchExpression expression) => expression switch
    {
        SearchExpression.All => true,
        SearchExpression.None => false,
        SearchExpression.And and => and.Parts.All(part => Matches(resource, part)),
        SearchExpression.Or or => or.Parts.Any(part => Matches(resource, part)),

        // R4 search.html#token: ":not" is true for resources without the element too.
        SearchExpression.Not not => !Matches(resource, not.Part),
        SearchExpression.TypeIn types => types.Types.Contains(resource.Type, StringComparer.Ordinal),
        SearchExpression.IdIn ids => ids.Ids.Contains(resource.Id, StringComparer.Ordinal),
        SearchExpression.LastUpdated updated => LastUpdated(resource.LastUpdated, updated.Range),
        SearchExpression.Parameter parameter => EntriesOf(resource, parameter.Definition).Any(entry => Matches(entry, parameter.Predicate)),
        SearchExpression.Missing missing => !EntriesOf(resource, missing.Definition).Any(),
        SearchExpression.Chain chain => Targets(resource, chain).Any(target => Matches(target, chain.Inner)),
        SearchExpression.ReverseChain reverse => Referrers(resource, reverse.Reference).Any(referrer => Matches(referrer, reverse.Inner)),
        SearchExpression.InCompartment compartment => Matches(resource, CompartmentRules.Expand(compartment, resource.Type, registry)),
        SearchExpression.Text text => resource.Text?.Satisfies(text.Part, text.Query) == true,
        _ => throw new ArgumentException($"The evaluator does not know {expression.GetType().Name}.", nameof(expression)),
    };

    private static IEnumerable<IndexEntry> EntriesOf(IndexedResource resource, SearchParameter parameter) =>
        resource.Entries.Where(entry => entry.Parameter.Key == parameter.Key);

    // Commit times have milliseconds, so an instant stands for one of them.
    private static bool LastUpdated(DateTimeOffset instant, RangePredicate range)
    {
        var low = DateRange.Of(instant);
        return Compare(range, low, low + 999);
    }

    private IEnumerable<IndexedResource> Targets(IndexedResource resource, SearchExpression.Chain chain)
    {
        foreach (var entry in EntriesOf(resource, chain.Reference).OfType<ReferenceEntry>())
        {
            var targets = entry is { Type: { } type, Id: { } id }
                ? lookup.Find(type, id) is { } found ? [found] : []
                : entry.Url is { } url ? lookup.FindByUrl(url) : [];
            foreach (var target in targets)
            {
                if (chain.TargetTypes.Count == 0 || chain.TargetTypes.Contains(target.Type, StringComparer.Ordinal))
                    yield return target;
            }
        }
    }

    private IEnumerable<IndexedResource> Referrers(IndexedResource resource, SearchParameter reference)
    {
        foreach (var referrer in lookup.All(reference.ResourceType))
        {
            if (EntriesOf(referrer, reference).OfType<ReferenceEntry>().Any(entry => LeadsTo(entry, resource)))
                yield return referrer;
        }
    }

    private static bool LeadsTo(ReferenceEntry entry, IndexedResource target) => entry.Url is { } url
        ? target.Entries.OfType<UriEntry>().Any(uri => uri.Parameter.Code == "url" && uri.Uri == url)
        : entry.Type == target.Type && entry.Id == target.Id;

    private static bool Matches(IndexEntry entry, SearchPredicate predicate) => (entry, predicate) switch
    {
        (StringEntry text, StringPredicate wanted) => Text(text, wanted),
        (TokenEntry token, TokenPredicate wanted) => Token(token.System, token.Code, wanted.System, wanted.Code),

        // ":text": the text of the coding starts with the text asked for.
        (TokenEntry token, TokenTextPredicate wanted) => token.Text?.StartsWith(wanted.Text, StringComparison.Ordinal) == true,
        (TokenEntry { IdentifierType: { } type } token, OfTypePredicate wanted) =>
            type.System == wanted.TypeSystem && type.Code == wanted.TypeCode && token.Code == wanted.Value,
        (DateEntry date, RangePredicate wanted) => Compare(wanted, date.Low, date.High),
        (NumberEntry number, NumberPredicate wanted) => Compare(wanted, number.Low, number.High),
        (QuantityEntry quantity, QuantityPredicate wanted) => Quantity(quantity, wanted),
        (ReferenceEntry reference, ReferencePredicate wanted) => Reference(reference, wanted),
        (ReferenceEntry reference, ReferenceIdentifierPredicate wanted) =>
            Token(reference.IdentifierSystem, reference.IdentifierValue, wanted.System, wanted.Value),
        (UriEntry uri, UriPredicate wanted) => Uri(uri.Uri, wanted),
        (PositionEntry position, NearPredicate wanted) => Near.Distance(position.Latitude, position.Longitude, wanted.Latitude, wanted.Longitude) <= wanted.Metres,
        (CompositeEntry composite, CompositePredicate wanted) =>
            composite.Components.Zip(wanted.Components).All(pair => Matches(pair.First, pair.Second)),
        _ => false,
    };
}
