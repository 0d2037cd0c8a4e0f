// What a client asked $export for (HL7 Bulk Data Access 2.0.0, export.html#query-parameters).

using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Smart;
using FhirHub.Storage;

namespace FhirHub.Server.Export;

/// <summary>What is to be exported, as searches of one type each.</summary>
/// <param name="Searches">The searches, in the order of the output.</param>
/// <param name="Shape">How much of each resource is written.</param>
/// <param name="Since">Only what changed after this moment; null for all.</param>
/// <param name="TellsDeleted">True if what was deleted since then is told: where the client may see everything of the types asked for.</param>
internal sealed record ExportRequest(IReadOnlyList<ExportSearch> Searches, ResourceShape Shape, DateTimeOffset? Since, bool TellsDeleted)
{
    // More patients than that are searched for in several searches of a type.
    private const int PatientsPerSearch = 100;

    // The condition of a Provenance asks of every type whose its targets are, and a statement of the store takes so many values only.
    private const int PatientsPerProvenanceSearch = 10;

    // The searches would run one after the other for each type.
    private const int MostPatients = 100_000;

    private static readonly string[] s_formats = ["application/fhir+ndjson", "application/ndjson", "ndjson"];

    private static readonly HashSet<string> s_notConditions = new(StringComparer.Ordinal)
    {
        "_sort", "_count", "_include", "_revinclude", "_summary", "_elements", "_total", "_contained", "_containedType", "_format", "_pretty", "_explain",
    };

    /// <summary>Reads a request, within what the client may see.</summary>
    /// <exception cref="RefusedException">It can't be done, or nothing of it is granted.</exception>
    public static async Task<ExportRequest> ReadAsync(HttpExchange exchange, FhirCall call, OperationInput input, CancellationToken cancel)
    {
        if (input.Text("_outputFormat") is { } format && !s_formats.Contains(format, StringComparer.Ordinal))
            throw new RefusedException(400, "not-supported", $"_outputFormat is one of {string.Join(", ", s_formats)}; no other format is written.");
        var since = InstantOf(input);
        var isOfPatients = call.Route.Kind != RouteKind.SystemOperation;
        var patients = await PatientsAsync(call, input, cancel);
        var granted = TypesOf(exchange, call, input, isOfPatients);
        var filters = await FiltersAsync(call, input, granted, cancel);
        var searches = new List<ExportSearch>();
        foreach (var type in granted)
        {
            if (filters.Count > 0 && !filters.ContainsKey(type) && !input.Has("_type"))
                continue;
            var conditions = new List<SearchExpression> { call.Scope.FilterFor(type, AccessLetter.Read) };
            if (filters.TryGetValue(type, out var filter))
                conditions.Add(new SearchExpression.Or(filter));
            if (since is { } moment)
                conditions.Add(await ChangedAfterAsync(call.Server, type, moment, cancel));
            searches.AddRange(Compartments(call.Server, type, isOfPatients, patients).Select(compartment =>
                new ExportSearch(type, new SearchExpression.And([compartment, .. conditions]), patients?.Count > PatientsPerSearchOf(type))));
        }

        var elements = input.List("_elements").Concat(ResourceShape.Parse(call.Parameters, forSearch: false).Elements ?? []).Distinct().ToList();
        return new ExportRequest(
            searches,
            ResourceShape.Whole with { Elements = elements.Count > 0 ? elements : null },
            since,
            since is not null && !isOfPatients && filters.Count == 0 && granted.TrueForAll(type => call.Scope.FilterFor(type, AccessLetter.Read) is SearchExpression.All));
    }

    private static DateTimeOffset? InstantOf(OperationInput input) => input.Text("_since") is not { } text ? null
        : DateTimeOffset.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out var since) ? since
        : throw new RefusedException(400, "value", "_since is an instant, such as 2026-01-31T09:30:00Z.");

    // Null for all patients, and for a system export.
    private static async Task<IReadOnlyList<string>?> PatientsAsync(FhirCall call, OperationInput input, CancellationToken cancel)
    {
        IReadOnlyList<string>? patients = null;
        if (call.Route.Id is not null)
        {
            var read = await call.Server.Repository.ReadAsync(call.Scope, call.Key, cancel);
            if (!read.IsSuccess)
                throw new RefusedException(read.Status, read.Issues);
            patients = (await GroupRecords.ReadAsync(call, cancel)).Patients;
        }

        if (input.Values("patient") is { Count: > 0 } asked)
        {
            // Whoever is not in the group, not here or not for this client's eyes is left out without a word.
            var references = new LiteralReferences([call.BaseUrl, .. call.Server.Options.BaseUrls]);
            var named = asked.Select(value => references.TryResolve(value.Node.ChildValue("reference") ?? "", out var key) && key.Type == "Patient"
                ? key.Id
                : throw new RefusedException(400, "value", "patient is a reference to a Patient of this server, such as Patient/123.")).ToHashSet(StringComparer.Ordinal);
            patients = [.. (patients ?? [.. named]).Where(named.Contains)];
        }

        return patients is { Count: > MostPatients }
            ? throw new RefusedException(400, "too-costly", $"The group has more than {MostPatients:N0} patients; name some of them with the parameter patient.")
            : patients;
    }

    private static List<string> TypesOf(HttpExchange exchange, FhirCall call, OperationInput input, bool isOfPatients)
    {
        var asked = input.List("_type");
        foreach (var type in asked)
        {
            if (Schema.R4.FindResourceType(type) is null)
                throw new RefusedException(400, "value", $"_type names '{(type.Length <= 64 ? type : type[..64])}', which is no resource type of R4.");
            if (isOfPatients && !IsOfPatients(type))
                throw new RefusedException(400, "value", $"_type names {type}, which is of no patient; ask for it with a system export, {FhirEndpoint.Base}/$export.");
        }

        // What a search finds is given out whole, so it takes both letters.
        bool IsGranted(string type) => call.Scope.FilterFor(type, AccessLetter.Search) is not SearchExpression.None && call.Scope.FilterFor(type, AccessLetter.Read) is not SearchExpression.None;
        var types = Schema.R4.ResourceTypes.Select(static type => type.Name)
            .Where(type => (!isOfPatients || IsOfPatients(type)) && (asked.Count == 0 || asked.Contains(type)))
            .ToList();
        var granted = types.FindAll(IsGranted);
        if (granted.Count > 0 && (asked.Count == 0 || granted.Count == types.Count))
            return granted;
        throw RequestAccess.Insufficient(exchange.Http, asked.Count == 0 ? "*.rs" : $"{types.First(type => !granted.Contains(type))}.rs");
    }

    private static async Task<Dictionary<string, List<SearchExpression>>> FiltersAsync(FhirCall call, OperationInput input, List<string> granted, CancellationToken cancel)
    {
        var filters = new Dictionary<string, List<SearchExpression>>(StringComparer.Ordinal);
        foreach (var text in input.Values("_typeFilter").SelectMany(static value => SplitFilters(value.Text!)))
        {
            var question = text.IndexOf('?', StringComparison.Ordinal);
            if (question < 0 || !granted.Contains(text[..question]))
                throw new RefusedException(400, "value", "_typeFilter is a search of a type that is exported, such as Observation?category=laboratory.");
            var type = text[..question];
            var parameters = Search.QueryString.Parse(text[(question + 1)..]).ToList();
            if (parameters.Find(static pair => s_notConditions.Contains(pair.Key.Split(':')[0])) is { Key: not null } other)
                throw new RefusedException(400, "not-supported", $"_typeFilter takes conditions only; {other.Key.Split(':')[0]} is none.");
            var parsed = await call.Server.SearchParser.ParseAsync(new SearchRequest { ResourceType = type, Parameters = parameters }, cancel);
            if (parsed.Query is not { } query)
                throw new RefusedException(400, parsed.Issues);
            if (!filters.TryGetValue(type, out var expressions))
                filters.Add(type, expressions = []);
            expressions.Add(query.Expression);
        }

        return filters;
    }

    // Several filters may stand in one value, joined by commas, which values of conditions may hold too: a filter begins with a type and a question mark.
    private static IEnumerable<string> SplitFilters(string text)
    {
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != ',' || text.IndexOf('?', i + 1) is not (var question and > 0) || Schema.R4.FindResourceType(text.AsSpan(i + 1, question - i - 1)) is null)
                continue;
            yield return text[start..i];
            start = i + 1;
        }

        yield return text[start..];
    }

    private static async Task<SearchExpression> ChangedAfterAsync(FhirServer server, string type, DateTimeOffset since, CancellationToken cancel) =>
        (await server.SearchParser.ParseAsync(
            new SearchRequest { ResourceType = type, Parameters = [new("_lastUpdated", $"gt{ResourceBody.FormatInstant(since)}")] }, cancel)).Query!.Expression;

    private static bool IsOfPatients(string type) => type is "Patient" or "Provenance" || PatientCompartment.SubjectParameters.ContainsKey(type);

    private static int PatientsPerSearchOf(string type) => type == "Provenance" ? PatientsPerProvenanceSearch : PatientsPerSearch;

    // Whose data a resource is, said by the same parameters as for patient scopes (docs/adr/0036-patient-compartment.md).
    private static IEnumerable<SearchExpression> Compartments(FhirServer server, string type, bool isOfPatients, IReadOnlyList<string>? patients)
    {
        if (!isOfPatients)
            return [new SearchExpression.All()];
        var parameters = server.SearchParameters;
        if (patients is not null)
            return patients.Chunk(PatientsPerSearchOf(type)).Select(some => new SearchExpression.Or([.. some.Select(patient => PatientCompartment.Of(type, patient, parameters))]));
        return type switch
        {
            "Patient" => [new SearchExpression.All()],
            "Provenance" => [new SearchExpression.Chain(parameters.Find(type, "target")!, ["Patient", .. PatientCompartment.SubjectParameters.Keys], new SearchExpression.All())],
            _ => [new SearchExpression.Chain(parameters.Find(type, PatientCompartment.SubjectParameters[type])!, ["Patient"], new SearchExpression.All())],
        };
    }
}

/// <summary>A search whose matches are exported.</summary>
/// <param name="Type">The type.</param>
/// <param name="Expression">The condition.</param>
/// <param name="MayRepeat">True if another search of the type may find the same.</param>
internal sealed record ExportSearch(string Type, SearchExpression Expression, bool MayRepeat);
