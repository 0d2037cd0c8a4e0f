// Makes requests at random: every route and operation, every class of search parameter, with the ids and values of both patients.

using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server.Tests.Access;

/// <summary>Generates requests that change nothing; <c>LeakWrites</c> makes those that do.</summary>
internal sealed partial class LeakRequests(Random random, LeakWorld world)
{
    private static readonly string[] s_types = [.. Schema.R4.ResourceTypes.Select(static type => type.Name)];

    private static readonly string[] s_busyTypes =
    [
        "Patient", "Observation", "Observation", "Encounter", "Condition", "Flag", "List", "Composition", "DocumentReference", "DiagnosticReport", "MedicationRequest", "Task", "Group",
        "Provenance", "AuditEvent", "Binary", "Organization", "Practitioner", "Location", "Medication", "Slot", "Appointment", "ServiceRequest", "Person", "RelatedPerson", "Device",
        "Procedure", "AllergyIntolerance", "QuestionnaireResponse", "Coverage", "Consent", "ValueSet", "CodeSystem",
    ];

    private readonly IReadOnlyList<ResourceKey> _keys = world.Keys;

    /// <summary>A request that changes nothing.</summary>
    public LeakRequest Read() => random.Next(20) switch
    {
        0 or 1 => Instance(),
        2 => Version(),
        3 => History(),
        4 => Compartment(),
        5 => SystemSearch(),
        6 => Form(),
        7 or 8 => Operation(),
        9 => GraphQL(),
        10 => Batch(),
        11 => Explain(),
        _ => Decorated(TypeSearch()),
    };

    private LeakRequest TypeSearch()
    {
        var type = Type();
        return new LeakRequest("GET", $"fhir/{type}?{Search(type)}");
    }

    private LeakRequest Instance()
    {
        var request = new LeakRequest(random.Next(5) == 0 ? "HEAD" : "GET", $"fhir/{Key()}");
        if (random.Next(6) == 0)
            request = request with { Url = $"{request.Url}?{Pick("_summary=true", "_summary=text", "_elements=subject,identifier", "_pretty=true", "_summary=count")}" };
        return Decorated(random.Next(3) switch
        {
            0 => request.With("If-None-Match", Pick("W/\"1\"", "W/\"2\"", "*", "\"1\"", "W/\"1\", W/\"2\", W/\"3\"")),
            1 => request.With("If-Modified-Since", Pick("Mon, 01 Jun 2026 08:00:30 GMT", "Mon, 01 Jun 2026 12:00:00 GMT", "Mon, 01 Jan 2024 12:00:00 GMT")),
            _ => request,
        });
    }

    private LeakRequest Version() => Decorated(new LeakRequest("GET", $"fhir/{Key()}/_history/{Pick("1", "1", "2", "3", "4", "0", "x")}"));

    private LeakRequest History()
    {
        var at = random.Next(4) switch { 0 => "_history", 1 => $"{Type()}/_history", _ => $"{Key()}/_history" };
        var parameters = new List<string>();
        if (random.Next(2) == 0)
            parameters.Add($"_count={random.Next(0, 12)}");
        if (random.Next(3) == 0)
            parameters.Add(Pick("_since", "_at") + "=" + Pick("2026-06-01T08:00:30Z", "2026-06-01T08:02:00Z", "2026-06-01", "2026-06-01T08:04:10Z", "2027", "2020-01"));
        if (random.Next(8) == 0)
            parameters.Add("_summary=count");
        return Decorated(new LeakRequest("GET", $"fhir/{at}{(parameters.Count > 0 ? "?" : "")}{string.Join('&', parameters)}"));
    }

    private LeakRequest Compartment()
    {
        var compartment = Pick("Patient/mine", "Patient/mine", "Patient/theirs", "Patient/unknown", "Encounter/encounter-mine-0", "Encounter/encounter-theirs-1", "Practitioner/gp", "Device/device-theirs", "RelatedPerson/related-theirs", "RelatedPerson/related-mine");
        var type = random.Next(4) == 0 ? "*" : Type();
        var search = random.Next(3) == 0 ? "" : Search(type == "*" ? "" : type);
        return random.Next(4) == 0
            ? new LeakRequest("POST", $"fhir/{compartment}/{type}/_search", search, "application/x-www-form-urlencoded")
            : Decorated(new LeakRequest("GET", $"fhir/{compartment}/{type}{(search.Length > 0 ? "?" : "")}{search}"));
    }

    private LeakRequest SystemSearch()
    {
        var types = Enumerable.Range(0, random.Next(0, 4)).Select(_ => Type()).Distinct().ToList();
        var search = Search("");
        return Decorated(new LeakRequest("GET", $"fhir?{(types.Count > 0 ? $"_type={string.Join(',', types)}&" : "")}{search}"));
    }

    private LeakRequest Form()
    {
        var type = Type();
        return Decorated(new LeakRequest("POST", $"fhir/{type}/_search{(random.Next(3) == 0 ? "?" + Parameter(type) : "")}", Search(type), "application/x-www-form-urlencoded"));
    }

    // What a search means may be told; how it is done depends on all that there is.
    private LeakRequest Explain()
    {
        var type = Type();
        return new LeakRequest("GET", random.Next(2) == 0 ? $"fhir/{type}/$explain?{Search(type)}" : $"fhir/{type}?{Search(type)}&_explain=true");
    }

    private LeakRequest Batch()
    {
        var entries = Enumerable.Range(0, random.Next(1, 6)).Select(_ =>
        {
            LeakRequest request;
            do
                request = random.Next(4) switch { 0 => Instance(), 1 => History(), 2 => Version(), _ => TypeSearch() };
            while (request.Method != "GET" || request.Url.StartsWith("fhir?", StringComparison.Ordinal));
            var condition = request.Headers.Any(static header => header.Name == "If-None-Match") ? ",\"ifNoneMatch\":\"W/\\\"1\\\"\"" : "";
            return $$$$"""{"request":{"method":"GET","url":{{{{Quote(request.Url["fhir/".Length..])}}}}{{{{condition}}}}}}""";
        });
        return new LeakRequest("POST", "fhir", $$$$"""{"resourceType":"Bundle","type":"batch","entry":[{{{{string.Join(',', entries)}}}}]}""");
    }

    private LeakRequest Decorated(LeakRequest request) => random.Next(10) switch
    {
        0 => request.With("Accept", "application/fhir+xml"),
        1 => request.With("Accept-Language", Pick("zh-CN", "en", "zh;q=0.5, en;q=0.2")),
        2 => request.With("Prefer", Pick("handling=strict", "handling=lenient", "return=minimal", "return=OperationOutcome")),
        3 when request.Method == "GET" => request with { Method = "HEAD" },
        _ => request,
    };

    private string Search(string type)
    {
        var parameters = new List<string>();
        for (var i = random.Next(0, 3); i >= 0; i--)
            parameters.Add(Parameter(type));
        if (random.Next(4) == 0)
            parameters.Add($"_count={random.Next(0, 6)}");
        if (random.Next(4) == 0)
            parameters.Add("_total=accurate");
        if (random.Next(4) == 0)
            parameters.Add($"_sort={string.Join(',', Enumerable.Range(0, random.Next(1, 3)).Select(_ => Pick("", "-") + SortCode(type)))}");
        if (random.Next(4) == 0)
            parameters.Add(Include(type));
        if (random.Next(12) == 0)
            parameters.Add(Pick("_summary=count", "_summary=true", "_summary=data", "_elements=id", "_contained=true", "_contained=both", "_contained=true&_containedType=contained"));
        return string.Join('&', parameters);
    }

    private string Include(string type)
    {
        var name = Pick("_include", "_include", "_revinclude", "_revinclude", "_include:iterate", "_revinclude:iterate");
        if (random.Next(4) == 0)
            return name.StartsWith("_include", StringComparison.Ordinal) ? $"{name}=*" : $"{name}={Type()}:*";
        var source = name.StartsWith("_rev", StringComparison.Ordinal) || type.Length == 0 ? Type() : type;
        var references = References(source);
        return references.Count == 0 ? $"{name}=*" : $"{name}={source}:{Pick(references).Code}{(random.Next(4) == 0 ? ":Patient" : "")}";
    }

    private string SortCode(string type)
    {
        var known = SearchParameterRegistry.R4.ForType(type.Length == 0 ? "Patient" : type);
        return random.Next(3) == 0 ? Pick("_lastUpdated", "_id") : known[random.Next(known.Count)].Code;
    }

    private string Parameter(string type) => random.Next(14) switch
    {
        0 => $"_id={Key().Id}{(random.Next(2) == 0 ? "," + Key().Id : "")}",
        1 => $"_lastUpdated={Pick("ge", "lt", "gt", "le", "sa", "eb", "")}{Pick("2026-06-01T08:01:00Z", "2026-06-01", "2026-06-01T08:03:20Z")}",
        2 => Pick("_tag=urn:tag|Theirs", "_tag=urn:tag|all", "_tag:not=urn:tag|Mine", "_security=urn:label|V", "_profile=urn:profile:Theirs", "_source=urn:source:Theirs", "_tag=all", "_tag:missing=true"),
        3 => $"_has:{Has(1)}",
        4 => Pick("_list=list-theirs", "_list=list-mine", "_list=$current-problems", "_text=narrativetheirs", "_text=narrativemine", "_content=texttheirs", "_content=textmine", "_content=Containedtheirs"),
        5 => $"_filter={Uri.EscapeDataString(Filter(type))}",
        6 or 7 => Chain(type, 1),
        _ => Simple(type),
    };

    private string Has(int depth)
    {
        var source = Pick(s_busyTypes);
        var references = References(source);
        if (references.Count == 0)
            return "Observation:subject:status=final";
        var more = depth < 3 && random.Next(4) == 0 ? $"_has:{Has(depth + 1)}" : Simple(source);
        return $"{source}:{Pick(references).Code}:{more}";
    }

    private string Chain(string type, int depth)
    {
        var references = References(type.Length == 0 ? "Observation" : type);
        if (references.Count == 0)
            return Simple(type);
        var reference = Pick(references);
        var target = reference.TargetTypes.Count > 0 ? Pick([.. reference.TargetTypes]) : "Patient";
        if (random.Next(3) == 0 && reference.TargetTypes.Contains("Patient"))
            target = "Patient";
        var more = depth < 3 && random.Next(3) == 0 ? Chain(target, depth + 1) : random.Next(5) == 0 ? $"_has:{Has(2)}" : Simple(target);
        return $"{reference.Code}:{target}.{more}";
    }

    private string Simple(string type)
    {
        var known = SearchParameterRegistry.R4.ForType(type.Length == 0 ? "Patient" : type);
        var parameter = known[random.Next(known.Count)];
        if (random.Next(8) == 0)
            return $"{parameter.Code}:missing={Pick("true", "false")}";
        var value = parameter.Type switch
        {
            SearchParameterType.Reference => Reference(parameter),
            SearchParameterType.Token => Modifier(random.Next(6), parameter),
            SearchParameterType.String => $"{parameter.Code}{Pick("", ":exact", ":contains")}={Uri.EscapeDataString(Pick("Wang", "Zhang", "王", "张", "theirs", "Road", "Shanghai", "T", "Rel", "Pump", "zhang wei"))}",
            SearchParameterType.Date => $"{parameter.Code}={Pick("", "ge", "lt", "ne", "ap", "sa")}{Pick("2026", "2026-01", "1971-06-02", "1970", "2026-03-12", "2026-06-01")}",
            SearchParameterType.Quantity => $"{parameter.Code}={Pick("", "gt", "le", "ap")}{Pick("5", "9", "61", "7.1||mmol/L", "0")}",
            SearchParameterType.Number => $"{parameter.Code}={Pick("gt", "lt")}0.5",
            SearchParameterType.Uri => $"{parameter.Code}{Pick("", ":below", ":above")}={Pick("urn:reds", "urn:form", "urn:", "urn:profile:Theirs")}",
            SearchParameterType.Special => "near=31.2|121.5|50|km",
            _ => $"{parameter.Code}={Uri.EscapeDataString("http://loinc.org|2345-7$gt5")}",
        };
        return value;
    }

    private string Reference(SearchParameter parameter)
    {
        var key = random.Next(2) == 0 ? new ResourceKey("Patient", Pick("mine", "theirs", "twin", "unknown")) : Key();
        return random.Next(6) switch
        {
            0 => $"{parameter.Code}={key.Id}",
            1 => $"{parameter.Code}:{key.Type}={key.Id}",
            2 => $"{parameter.Code}=http://{LeakServer.Host}/fhir/{key}",
            3 => $"{parameter.Code}:not={key}",
            4 => $"{parameter.Code}:identifier=urn:mrn|{Pick("100", "200")}",
            _ => $"{parameter.Code}={key}",
        };
    }

    private string Modifier(int kind, SearchParameter parameter) => kind switch
    {
        0 => $"{parameter.Code}:not={Pick("final", "active", "2345-7", "theirs", "male")}",
        1 => $"{parameter.Code}:{Pick("above", "below")}=urn:colours|{Pick("red", "scarlet")}",
        2 => $"{parameter.Code}:{Pick("in", "not-in")}={Pick("urn:reds", "ValueSet/reds", "urn:unknown")}",
        3 => $"{parameter.Code}:text={Pick("texttheirs", "textmine", "nuts")}",
        _ => $"{parameter.Code}={Uri.EscapeDataString(Pick("final", "active", "http://loinc.org|2345-7", "laboratory", "urn:mrn|200", "urn:mrn|100", "200", "urn:obs|theirs3", "male", "urn:dx|theirs", "true", "urn:template|", "|booked", "requested", "urn:sr|theirs", "138200", "current"))}",
    };

    private string Filter(string type) => Pick(
        "identifier eq \"200\"", "subject eq Patient/theirs", "subject.family eq \"Zhang\" or status eq final", "not (status eq final)", "_id eq obs-theirs-1",
        $"subject re Patient/{Pick("mine", "theirs")}", "code eq 2345-7 and value-quantity gt 5", "_lastUpdated ge 2026-06-01", "link[other eq x].type eq y", "patient.identifier eq 200");

    private static List<SearchParameter> References(string type) => [.. SearchParameterRegistry.R4.ForType(type).Where(static p => p.Type == SearchParameterType.Reference && p.Expression is not null)];

    private string Type() => random.Next(5) == 0 ? Pick(s_types) : Pick(s_busyTypes);

    private ResourceKey Key()
    {
        var key = _keys[random.Next(_keys.Count)];
        return random.Next(20) switch
        {
            0 => key with { Id = "unknown" },
            1 => key with { Type = Type() },
            2 => new ResourceKey("Patient", Pick("theirs", "mine", "twin")),
            _ => key,
        };
    }

    private T Pick<T>(params IReadOnlyList<T> values) => values[random.Next(values.Count)];

    private static string Quote(string text) => System.Text.Json.JsonSerializer.Serialize(text);
}
