// Patients and encounters that a user can choose from: found with the user's own access, so that a page shows nobody whom the API would not.

using System.Text.Json.Nodes;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Smart;

/// <summary>A patient as a user tells them apart.</summary>
/// <param name="Id">The id.</param>
/// <param name="Name">The name.</param>
/// <param name="Gender">The administrative gender, as its code.</param>
/// <param name="BirthDate">The date of birth.</param>
/// <param name="Identifiers">Identifiers, their values.</param>
internal sealed record PatientEntry(string Id, string Name, string Gender, string BirthDate, IReadOnlyList<string> Identifiers);

/// <summary>A page of patients.</summary>
/// <param name="Entries">The patients.</param>
/// <param name="Next">The cursor of the next page, or null.</param>
internal sealed record PatientEntries(IReadOnlyList<PatientEntry> Entries, string? Next);

/// <summary>An encounter as a user tells it apart.</summary>
/// <param name="Id">The id.</param>
/// <param name="Start">When it began.</param>
/// <param name="Class">What kind of encounter it is, as its code.</param>
/// <param name="ClassDisplay">The same in the words of the record, for codes that have no name here; may be empty.</param>
/// <param name="Type">What kind of visit, in the words of the record; may be empty.</param>
/// <param name="Place">The institution or department.</param>
/// <param name="Status">The status, as its code.</param>
internal sealed record EncounterEntry(string Id, string Start, string Class, string ClassDisplay, string Type, string Place, string Status);

/// <summary>Looks up what a user may choose.</summary>
/// <param name="smart">The server.</param>
/// <param name="access">What the user may see.</param>
internal sealed class PatientDirectory(SmartService smart, AccessScope access)
{
    private const int PageSize = 20;
    private const int LongestCursor = 4_096;

    /// <summary>Patients who meet criteria; none if there is a criterion that can't be read.</summary>
    public async Task<PatientEntries> SearchAsync(PatientCriteria criteria, string? cursor, CancellationToken cancel)
    {
        var parameters = new List<KeyValuePair<string, string>>();
        foreach (var word in criteria.Name.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            parameters.Add(new("name", Escape(word)));
        if (criteria.Identifier.Length > 0)
            parameters.Add(new("identifier", Escape(criteria.Identifier)));
        if (criteria.BirthDate.Length > 0)
            parameters.Add(new("birthdate", Escape(criteria.BirthDate)));
        if (parameters.Count == 0 || await QueryAsync("Patient", parameters, cancel) is not { } query)
            return new PatientEntries([], null);
        query = query with { Count = PageSize, Cursor = cursor is { Length: > LongestCursor } ? null : cursor };
        SearchPage page;
        try
        {
            page = await smart.Resources.SearchAsync(access, query, cancel);
        }
        catch (Exception fault) when (fault is InvalidCursorException or ExpiredCursorException)
        {
            page = await smart.Resources.SearchAsync(access, query with { Cursor = null }, cancel);
        }

        return new PatientEntries([.. page.Matches.Select(static match => PatientOf(match))], page.Next);
    }

    /// <summary>The patient of an id; null if the user can't see such a one.</summary>
    public async Task<PatientEntry?> FindPatientAsync(string id, CancellationToken cancel) =>
        await FindAsync("Patient", id, cancel) is { } version ? PatientOf(version) : null;

    /// <summary>The latest encounters of a patient.</summary>
    public async Task<IReadOnlyList<EncounterEntry>> EncountersAsync(string patient, CancellationToken cancel)
    {
        if (await QueryAsync("Encounter", [new("patient", $"Patient/{patient}"), new("_sort", "-date")], cancel) is not { } query)
            return [];
        return [.. (await smart.Resources.SearchAsync(access, query with { Count = PageSize }, cancel)).Matches.Select(static match => EncounterOf(match))];
    }

    /// <summary>An encounter of a patient; null if the user can't see such a one.</summary>
    public async Task<EncounterEntry?> FindEncounterAsync(string id, string patient, CancellationToken cancel)
    {
        if (!FhirContexts.IsId(id) || await QueryAsync("Encounter", [new("_id", id), new("patient", $"Patient/{patient}")], cancel) is not { } query)
            return null;
        return (await smart.Resources.SearchAsync(access, query, cancel)).Matches is [var match] ? EncounterOf(match) : null;
    }

    /// <summary>Whether the user can see a resource.</summary>
    public async Task<bool> CanSeeAsync(ResourceKey key, CancellationToken cancel) => await FindAsync(key.Type, key.Id, cancel) is not null;

    private async Task<StoredVersion?> FindAsync(string type, string id, CancellationToken cancel) =>
        FhirContexts.IsId(id) && await smart.Resources.ReadAsync(access, new ResourceKey(type, id), cancel) is { IsDeleted: false } version ? version : null;

    private async Task<SearchQuery?> QueryAsync(string type, IReadOnlyList<KeyValuePair<string, string>> parameters, CancellationToken cancel) =>
        (await smart.SearchParser().ParseAsync(new SearchRequest { ResourceType = type, Parameters = parameters }, cancel)).Query;

    // What has a meaning in values of searches (R4 search.html#escaping).
    private static string Escape(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("$", "\\$", StringComparison.Ordinal).Replace(",", "\\,", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal);

    private static PatientEntry PatientOf(StoredVersion version)
    {
        var patient = JsonOf(version);
        var name = Items(patient, "name").OrderByDescending(static name => Text(name, "use") is "official" or "usual").FirstOrDefault();
        var shown = Text(name, "text") is { Length: > 0 } text ? text
            : string.Join(' ', Items(name, "given").Select(static given => given?.ToString() ?? "").Append(Text(name, "family"))).Trim();
        return new PatientEntry(
            version.Key.Id,
            shown.Length > 0 ? shown : version.Key.Id,
            Text(patient, "gender"),
            Text(patient, "birthDate"),
            [.. Items(patient, "identifier").Select(static identifier => Text(identifier, "value")).Where(static value => value.Length > 0).Take(3)]);
    }

    private static EncounterEntry EncounterOf(StoredVersion version)
    {
        var encounter = JsonOf(version);
        var type = Items(encounter, "type").Select(static type => Text(type, "text") is { Length: > 0 } text ? text : Items(type, "coding").Select(static coding => Text(coding, "display")).FirstOrDefault("")).FirstOrDefault("");
        var kind = (encounter as JsonObject)?["class"];
        return new EncounterEntry(
            version.Key.Id,
            Text((encounter as JsonObject)?["period"], "start"),
            Text(kind, "code"),
            Text(kind, "display"),
            type,
            Text((encounter as JsonObject)?["serviceProvider"], "display"),
            Text(encounter, "status"));
    }

    private static JsonNode? JsonOf(StoredVersion version) => JsonNode.Parse(version.Body.ToArray(version));

    private static IEnumerable<JsonNode?> Items(JsonNode? node, string name) => (node as JsonObject)?[name] as JsonArray ?? [];

    private static string Text(JsonNode? node, string name) => (node as JsonObject)?[name] is JsonValue value ? value.ToString() : "";
}
