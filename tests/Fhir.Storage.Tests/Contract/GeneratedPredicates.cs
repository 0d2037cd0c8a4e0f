// Predicates made of a value that is there, so that about half of them hold for it.

using FhirHub.Model;
using FhirHub.Search;

namespace FhirHub.Storage.Tests.Contract;

/// <summary>One random predicate for a parameter.</summary>
internal static class GeneratedPredicates
{
    private static readonly string[] s_systems = ["http://a.example/codes", "http://b.example/codes", "http://nowhere.example", ""];
    private static readonly string[] s_codes = ["1", "01", "271649006", "x", "final", "0191b7a2-6c1e-7c3e-9f00-0123456789ab", "y z", "none"];

    /// <param name="searches">Where chance comes from.</param>
    /// <param name="parameter">The parameter.</param>
    /// <param name="value">A value of it, or null.</param>
    public static SearchPredicate Of(GeneratedSearches searches, SearchParameter parameter, IndexEntry? value) => (parameter.Type, value) switch
    {
        (SearchParameterType.Token, _) => Token(searches, value as TokenEntry),
        (SearchParameterType.String, _) => Text(searches, value as StringEntry),
        (SearchParameterType.Date, _) => Date(searches, value as DateEntry),
        (SearchParameterType.Number, _) => Compare(searches, (value as NumberEntry)?.Value ?? 1),
        (SearchParameterType.Quantity, _) => Quantity(searches, value as QuantityEntry),
        (SearchParameterType.Reference, _) => Reference(searches, parameter, value as ReferenceEntry),
        (SearchParameterType.Uri, _) => Uri(searches, value as UriEntry),
        (SearchParameterType.Composite, CompositeEntry composite) => new CompositePredicate(
            [.. composite.Components.Select((component, i) => Component(searches, parameter.Components[i].Parameter, component))]),
        (SearchParameterType.Composite, _) => new CompositePredicate([.. parameter.Components.Select(part => Component(searches, part.Parameter, null))]),
        _ => Near(searches, value as PositionEntry),
    };

    // The parser gives components no modifiers.
    private static SearchPredicate Component(GeneratedSearches searches, SearchParameter parameter, IndexEntry? value) => parameter.Type switch
    {
        SearchParameterType.Token => Coding(searches, value as TokenEntry),
        SearchParameterType.String => new StringPredicate(StringMatch.StartsWith, value is StringEntry text ? text.Folded[..(1 + searches.Next(text.Folded.Length))] : "a"),
        SearchParameterType.Reference => value is ReferenceEntry { Type: { } type, Id: { } id }
            ? new ReferencePredicate(type, id, null)
            : new ReferencePredicate(null, null, (value as ReferenceEntry)?.Url ?? "http://nowhere.example"),
        SearchParameterType.Uri => new UriPredicate(UriMatch.Exact, (value as UriEntry)?.Uri ?? "http://nowhere.example"),
        _ => Of(searches, parameter, value),
    };

    private static SearchPredicate Token(GeneratedSearches searches, TokenEntry? value) => searches.Next(8) switch
    {
        0 => new TokenTextPredicate(value?.Text is { Length: > 0 } text ? text[..(1 + searches.Next(text.Length))] : "a"),
        1 => new OfTypePredicate("http://types.example", "MR", value?.Code ?? "x"),
        2 => new TokenPredicate(searches.Pick(s_systems), null),
        3 => new TokenSetPredicate(Codes(searches, value)),
        _ => Coding(searches, value),
    };

    private static CodeSet Codes(GeneratedSearches searches, TokenEntry? value)
    {
        var systems = s_systems.Where(_ => searches.Next(2) == 0).Select(system => KeyValuePair.Create(
            system,
            searches.Next(4) == 0 ? null : (IReadOnlyCollection<string>?)s_codes.Where(_ => searches.Next(3) == 0).ToList())).ToDictionary();
        if (value?.Code is { } code)
            systems[value.System ?? ""] = [code, "other"];

        // More than are sought one by one.
        if (searches.Next(4) == 0)
            systems["http://large.example"] = [.. Enumerable.Range(0, 300).Select(static i => $"{i}")];
        return new CodeSet(systems);
    }

    private static TokenPredicate Coding(GeneratedSearches searches, TokenEntry? value) =>
        new(searches.Next(3) switch { 0 => null, 1 => value?.System ?? "", _ => searches.Pick(s_systems) }, searches.Next(4) > 0 && value?.Code is { } code ? code : searches.Pick(s_codes));

    private static StringPredicate Text(GeneratedSearches searches, StringEntry? value)
    {
        var match = searches.Pick(Enum.GetValues<StringMatch>());
        var exact = value?.Exact ?? "Ada";
        if (match == StringMatch.Exact)
            return new StringPredicate(match, exact);
        var folded = value?.Folded ?? "ada";
        var start = searches.Next(3) == 0 ? searches.Next(folded.Length) : 0;
        var text = folded[start..(start + 1 + searches.Next(folded.Length - start))];
        return new StringPredicate(match, text);
    }

    private static RangePredicate Date(GeneratedSearches searches, DateEntry? value)
    {
        var low = value is null ? TestResource.Instant("2024-03-01") : value.Low == long.MinValue ? value.High : value.Low;
        var length = value is null || value.Low == long.MinValue || value.High == long.MaxValue ? 86_399_999_999L : Math.Max(0, value.High - value.Low);
        low += searches.Pick<long>([0, 0, 0, 1, -1, 3_600_000_000]);
        return new RangePredicate(searches.Pick(Enum.GetValues<SearchPrefix>()), low, low + searches.Pick([length, length, 0, 86_399_999_999L]));
    }

    private static NumberPredicate Compare(GeneratedSearches searches, decimal value)
    {
        value += searches.Pick([0, 0, 0, 0.25m, -1]);
        return new NumberPredicate(searches.Pick(Enum.GetValues<SearchPrefix>()), value, value - 0.05m, value + 0.05m);
    }

    private static QuantityPredicate Quantity(GeneratedSearches searches, QuantityEntry? value)
    {
        var number = Compare(searches, value?.Value ?? 1);
        if (value?.CanonicalUnits is { } units && searches.Next(2) == 0)
        {
            // What the parser does: the same number in canonical units.
            var canonical = value.Canonical.Value;
            return new QuantityPredicate(
                number,
                value.System,
                value.Code,
                new CanonicalQuantity(new NumberPredicate(number.Prefix, canonical, canonical - 0.0005m, canonical + 0.0005m), units));
        }

        return searches.Next(3) switch
        {
            0 => new QuantityPredicate(number, null, null, null),
            1 => new QuantityPredicate(number, null, value?.Code ?? value?.Unit ?? "mg", null),
            _ => new QuantityPredicate(number, value?.System ?? s_systems[0], value?.Code ?? "mg", null),
        };
    }

    private static SearchPredicate Reference(GeneratedSearches searches, SearchParameter parameter, ReferenceEntry? value)
    {
        var type = value?.Type ?? (parameter.TargetTypes.Count > 0 ? searches.Pick(parameter.TargetTypes) : searches.Pick(searches.Types));
        var id = value?.Id ?? $"r{searches.Next(GeneratedResource.IdsPerType)}";
        return searches.Next(8) switch
        {
            0 => new ReferencePredicate(null, id, null),
            1 => new ReferencePredicate(type, id, null, value?.Version ?? "1"),
            2 => new ReferenceIdentifierPredicate(searches.Next(2) == 0 ? null : value?.IdentifierSystem ?? "", value?.IdentifierValue ?? "x"),
            3 or 4 when Parent(searches, type) is { } parent => new HierarchyPredicate(searches.Pick(Enum.GetValues<SubsumptionSide>()), type, id, parent),
            5 => new ReferencePredicate(null, null, value?.Url is { } url && !url.StartsWith('#') ? url : "http://c.example/r0"),
            _ => new ReferencePredicate(type, id, null),
        };
    }

    private static SearchParameter? Parent(GeneratedSearches searches, string type)
    {
        var parents = SearchParameterRegistry.R4.ForType(type)
            .Where(parameter => parameter.Type == SearchParameterType.Reference && parameter.TargetTypes.Contains(type)).ToList();
        return parents.Count == 0 ? null : searches.Pick(parents);
    }

    private static UriPredicate Uri(GeneratedSearches searches, UriEntry? value)
    {
        var uri = value?.Uri ?? "http://c.example/r1";
        return new UriPredicate(searches.Pick(Enum.GetValues<UriMatch>()), searches.Next(3) == 0 && uri.LastIndexOf('/') is > 8 and var slash ? uri[..slash] : uri);
    }

    private static NearPredicate Near(GeneratedSearches searches, PositionEntry? value) =>
        new((value?.Latitude ?? 1) + (searches.Next(3) / 10.0), value?.Longitude ?? 1, searches.Next(30_000));
}
