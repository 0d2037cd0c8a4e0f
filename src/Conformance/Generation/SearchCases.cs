// Searches for each kind of search parameter, made of the values in the fixtures (R4 search.html).

using System.Globalization;
using System.Text.RegularExpressions;
using FhirHub.Model;

namespace FhirHub.Conformance.Generation;

/// <summary>Makes the searches of one parameter.</summary>
/// <param name="source">The package.</param>
/// <param name="plan">The fixtures.</param>
/// <param name="parameter">The parameter.</param>
internal sealed partial class SearchCases(GenerationSource source, FixturePlan plan, SearchParameterDefinition parameter)
{
    /// <summary>What no resource has.</summary>
    private const string Nowhere = "${$uuid:nowhere}";

    private readonly IReadOnlyList<SearchParameterDefinition> _parts =
        [.. parameter.Components.Select(component => source.FindParameter(component.Definition)).OfType<SearchParameterDefinition>()];

    private string Code => parameter.Code;

    /// <summary>The searches: those that find something first.</summary>
    public IReadOnlyList<SearchCase> Make()
    {
        var cases = new List<SearchCase>(parameter.Code switch
        {
            "_id" => Ids(),
            "_lastUpdated" => Updates(),
            _ => parameter.Type switch
            {
                "token" => Tokens(),
                "string" => Strings(),
                "date" => Dates(),
                "reference" => References(),
                "quantity" => Quantities(),
                "composite" => Composites(),
                "uri" => Uris(),
                "special" => Positions(),
                _ => [],
            },
        });
        if (!Code.StartsWith('_') && parameter.Type is not ("composite" or "special"))
        {
            cases.Add(new SearchCase($"{Code}:missing=false", "those that have a value", fixture => HasValue(fixture)));
            cases.Add(new SearchCase($"{Code}:missing=true", "those that have none", fixture => !HasValue(fixture)));
        }

        return cases;
    }

    /// <summary>A search that a server must refuse, and why.</summary>
    public (string Query, string Says) Bad() => parameter.Type switch
    {
        "date" => ($"{Code}=tomorrow", "a word is no date"),
        "quantity" => ($"{Code}=much", "a word is no number"),
        "special" => ($"{Code}=here", "a word is no place"),
        "composite" => ($"{Code}=a", "a composite has two parts"),
        _ => ($"{Code}:nonsense={Nowhere}", "there is no such modifier"),
    };

    private SearchValues Values(Fixture fixture) => _parts.Count > 0 ? SearchValues.Of(fixture, parameter, _parts) : SearchValues.Of(fixture, parameter);

    // A reference without an address may be taken for one to a resource of its type, and may not.
    private bool? HasValue(Fixture fixture) =>
        !Values(fixture).IsEmpty ? true : parameter.Expression is { } expression
            && !SearchValues.Of(fixture, parameter with { Expression = Resolution().Replace(expression, "") }).IsEmpty ? null : false;

    [GeneratedRegex(@"\.where\(resolve\(\) is [A-Za-z]+\)", RegexOptions.NonBacktracking)]
    private static partial Regex Resolution();

    /// <summary>The value that tells the main fixtures apart best: found in one at least, and in as few as can be.</summary>
    private T? Pick<T>(Func<SearchValues, IEnumerable<T>> values, Func<T, bool>? fits = null)
        where T : class =>
        plan.Mains.SelectMany(main => values(Values(main))).Where(value => fits?.Invoke(value) != false).Distinct()
            .OrderBy(value => plan.Mains.Count(main => values(Values(main)).Contains(value))).FirstOrDefault();

    private SearchCase Case(string query, string says, Func<SearchValues, bool?> matches) => new(query, says, fixture => matches(Values(fixture)));

    private IEnumerable<SearchCase> Ids()
    {
        var first = plan.Mains[0];
        yield return new SearchCase($"_id={first.Variable}", "one id", fixture => fixture == first);
        yield return new SearchCase($"_id={string.Join(',', plan.Mains.Select(static main => main.Variable))}", "several ids", static _ => true);
        yield return new SearchCase($"_id={Nowhere}", "an id that is nowhere", static _ => false);
    }

    private static IEnumerable<SearchCase> Updates()
    {
        yield return new SearchCase("_lastUpdated=ge${$today-1d}", "what was changed since yesterday", static _ => true);
        yield return new SearchCase("_lastUpdated=lt${$today-1d}", "what was changed before yesterday", static _ => false);
        yield return new SearchCase("_lastUpdated=gt${$today+2d}", "what was changed after tomorrow", static _ => false);
    }

    private IEnumerable<SearchCase> Uris()
    {
        if (Pick(static values => values.Uris) is { } uri)
        {
            yield return Case($"{Code}={QueryText.Value(uri)}", "the whole URI", values => values.Uris.Contains(uri));
            if (uri.StartsWith("http", StringComparison.Ordinal))
                yield return Case($"{Code}={QueryText.Value(uri[..^1])}", "a part of the URI, which is another URI", values => values.Uris.Contains(uri[..^1]));
        }

        yield return Case($"{Code}=urn:uuid:{Nowhere}", "a URI that is nowhere", static _ => false);
    }

    private IEnumerable<SearchCase> Positions()
    {
        if (plan.Mains.SelectMany(main => Values(main).Positions).Select(static place => Tuple.Create(place.Latitude, place.Longitude)).FirstOrDefault() is not { } place)
            yield break;
        var (latitude, longitude) = (place.Item1, place.Item2);
        yield return Near(latitude, longitude, 5, "within five kilometres");
        yield return Near(latitude, longitude, 2_000, "within two thousand kilometres");
        yield return Near(-latitude, longitude - 180, 100, "on the other side of the world");
    }

    private SearchCase Near(double latitude, double longitude, double kilometres, string says) =>
        Case(string.Create(CultureInfo.InvariantCulture, $"{Code}={latitude}|{longitude}|{kilometres}|km"), says, values =>
            values.Positions.Select(position => Distance(position, (latitude, longitude))).DefaultIfEmpty(double.MaxValue).Min() switch
            {
                // Servers take the earth for a ball or not, and draw a circle or a box.
                var distance when distance < kilometres * 0.6 => true,
                var distance when distance > kilometres * 1.6 => false,
                _ => null,
            });

    private static double Distance((double Latitude, double Longitude) a, (double Latitude, double Longitude) b)
    {
        const double Radius = 6371;
        var (from, to) = (double.DegreesToRadians(a.Latitude), double.DegreesToRadians(b.Latitude));
        var half = double.DegreesToRadians(b.Longitude - a.Longitude) / 2;
        var h = Math.Pow(Math.Sin((to - from) / 2), 2) + (Math.Cos(from) * Math.Cos(to) * Math.Pow(Math.Sin(half), 2));
        return 2 * Radius * Math.Asin(Math.Min(1, Math.Sqrt(h)));
    }
}
