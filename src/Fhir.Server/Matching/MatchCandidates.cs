// Blocking: the searches that find the records worth comparing, each of them bounded and through the store with the caller's scope.

using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server.Matching;

/// <summary>A record found.</summary>
internal sealed record MatchCandidate(StoredVersion Version, PersonRecord Person);

/// <summary>Finds candidates.</summary>
/// <param name="call">The request.</param>
/// <param name="cancel">Ends when the client goes away.</param>
internal sealed class MatchCandidates(FhirCall call, CancellationToken cancel)
{
    /// <summary>Records that are compared at most.</summary>
    public const int MaxCandidates = 500;

    private const int MaxPerSearch = 100;
    private const int MaxSearches = 40;
    private const int MaxLinks = 5;

    private readonly Dictionary<string, MatchCandidate> _found = new(StringComparer.Ordinal);
    private int _searches;
    private bool _hasNarrowSearch;

    /// <summary>True if a search found more than it may give, so that the person may be among what was not compared.</summary>
    public bool IsCut { get; private set; }

    /// <summary>The records worth comparing with the person.</summary>
    public async Task<IReadOnlyCollection<MatchCandidate>> FindAsync(PersonRecord person)
    {
        _hasNarrowSearch = person.Identifiers.Count > 0 || person.ResidentIds.Count > 0 || person is { BirthDate.IsFull: true, Names.Count: > 0 };
        await FindByIdentifiersAsync(person);
        foreach (var telecom in person.RawTelecoms.Concat(person.Phones.SelectMany(p => new[] { p, "+86" + p })).Concat(person.Emails).Distinct(StringComparer.Ordinal))
            await SearchAsync(isBroad: false, ("telecom", Escape(telecom)));
        await FindByNamesAsync(person);
        if (person.BirthDate is { IsFull: true } birth)
        {
            foreach (var name in person.Names.Take(3))
                await SearchAsync(isBroad: false, ("birthdate", Date(birth)), ("family", Escape(name.Family)));
            if (person.Gender is { } gender)
                await SearchAsync(isBroad: true, ("birthdate", Date(birth)), ("gender", gender));
            else
                await SearchAsync(isBroad: true, ("birthdate", Date(birth)));
        }

        return _found.Values;
    }

    /// <summary>The record that takes a record's place (<c>Patient.link</c> of type <c>replaced-by</c>); null if that can't be read.</summary>
    public async Task<MatchCandidate?> ReplacementAsync(MatchCandidate candidate)
    {
        var current = candidate;
        for (var step = 0; step < MaxLinks && current.Person.ReplacedBy.Count > 0; step++)
        {
            var target = ReferenceTarget.Parse(current.Person.ReplacedBy[0], [.. call.Server.Options.BaseUrls, call.BaseUrl], Schema.R4);
            if (target is not { IsLocal: true, Type: "Patient" })
                return null;
            if (_found.TryGetValue(target.Id!, out var known))
            {
                current = known;
                continue;
            }

            // Reading is one right and finding another; what replaces a match must be both.
            var page = await call.Server.Store.SearchAsync(
                call.Scope,
                new SearchQuery { ResourceTypes = ["Patient"], Expression = new SearchExpression.IdIn([target.Id!]), Count = 1 },
                cancel);
            if (page.Matches is not [var version])
                return null;
            current = ToCandidate(version);
        }

        return current.Person.ReplacedBy.Count == 0 && !ReferenceEquals(current, candidate) ? current : null;
    }

    private async Task FindByIdentifiersAsync(PersonRecord person)
    {
        foreach (var resident in person.ResidentIds)
        {
            var forms = resident.OldForm is { } old ? $"{resident.Number},{old}" : resident.Number;
            await SearchAsync(isBroad: false, ("identifier", resident.Number.EndsWith('X') ? $"{forms},{resident.Number[..17]}x" : forms));
        }

        foreach (var number in person.FaultyResidentIds)
            await SearchAsync(isBroad: false, ("identifier", Escape(number)));
        foreach (var identifier in person.Identifiers)
            await SearchAsync(isBroad: false, ("identifier", Escape(identifier.Raw)));
    }

    private async Task FindByNamesAsync(PersonRecord person)
    {
        foreach (var name in person.Names.Take(3))
        {
            // Near years first: a common name fills any page by itself.
            if (person.BirthDate is { } birth)
            {
                var years = string.Join(',', Years(birth.Year));
                await SearchAsync(isBroad: false, [.. Parts(name), ("birthdate", years)]);
                await SearchAsync(isBroad: false, ("name", Escape(name.Full)), ("birthdate", years));
            }

            // Those who were recorded in Latin letters; the way back, from letters to characters, is the index of readings.
            if (name.IsChinese)
            {
                foreach (var reading in name.Readings.Take(2))
                    await SearchAsync(isBroad: true, Parts(new PersonName(reading.Family, reading.Given, false)));
            }

            await SearchAsync(isBroad: true, Parts(name));
            await SearchAsync(isBroad: true, ("name", Escape(name.Full)));
        }
    }

    // The year itself, its neighbours, and those that one wrong digit makes of it.
    private static IEnumerable<int> Years(int year) =>
        Enumerable.Range(year - (year % 10), 10).Concat([year - 20, year - 10, year - 1, year + 1, year + 10, year + 20]).Where(y => y is > 1800 and < 2200).Distinct();

    private static (string, string)[] Parts(PersonName name) =>
        name.Given.Length > 0 ? [("family", Escape(name.Family)), ("given", Escape(name.Given.Split(' ')[0]))] : [("family", Escape(name.Family))];

    private async Task SearchAsync(bool isBroad, params (string Name, string Value)[] parameters)
    {
        if (_found.Count >= MaxCandidates || _searches >= MaxSearches)
        {
            IsCut = true;
            return;
        }

        if (parameters.Any(p => p.Value.Length == 0))
            return;
        _searches++;
        var parsed = await call.Server.SearchParser.ParseAsync(
            new SearchRequest { ResourceType = "Patient", Parameters = [.. parameters.Select(p => new KeyValuePair<string, string>(p.Name, p.Value))] }, cancel);

        // A value that no search takes finds nothing; the other fields still can.
        if (parsed.Query is not { } query)
            return;
        var page = await call.Server.Store.SearchAsync(call.Scope, query with { Count = MaxPerSearch }, cancel);

        // A common name fills any page; that matters only where nothing narrower was asked.
        IsCut |= page.Next is not null && !(isBroad && _hasNarrowSearch);
        foreach (var version in page.Matches)
        {
            if (_found.Count < MaxCandidates)
                _found.TryAdd(version.Key.Id, ToCandidate(version));
        }
    }

    private static MatchCandidate ToCandidate(StoredVersion version) => new(
        version,
        PersonRecord.Of(ResourceParser.ParseJson(version.Body.ToArray(version)).Tree?.Root ?? throw new InvalidDataException("A stored resource can't be read.")));

    private static string Date(PersonBirthDate date) => $"{date.Year:D4}-{date.Month:D2}-{date.Day:D2}";

    // R4 search.html#escaping.
    private static string Escape(string value) => value
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("|", "\\|", StringComparison.Ordinal)
        .Replace(",", "\\,", StringComparison.Ordinal)
        .Replace("$", "\\$", StringComparison.Ordinal);
}
