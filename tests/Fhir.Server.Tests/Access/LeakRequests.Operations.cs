// Operations and GraphQL.

using FhirHub.Storage;

namespace FhirHub.Server.Tests.Access;

/// <content>Operations.</content>
internal sealed partial class LeakRequests
{
    private LeakRequest Operation()
    {
        var request = random.Next(18) switch
        {
            0 or 1 => Get($"Patient/{Patient()}/$everything?{Everything()}"),
            2 => Get($"{Pick("Patient", $"Encounter/encounter-{Patient()}-0", "Group/group")}/$everything?{Everything()}"),
            3 or 4 => Get($"Observation/$lastn?{Pick("patient", "subject")}={Pick("Patient/", "")}{Patient()}&{Pick("code=2345-7", "category=laboratory", "code=urn:colours|blue", "status=final")}&max={random.Next(1, 4)}"),
            5 => Get($"Observation/$stats?subject=Patient/{Patient()}&code={Pick("2345-7", "8867-4", "9-9")}&system=http://loinc.org&statistic={Pick("total-count", "average", "count", "maximum")}{Pick("", "&include=true", "&duration=100000")}"),
            6 or 7 => new LeakRequest("POST", "fhir/Patient/$match", Match()),
            8 => Get($"Composition/{Pick("composition-", "composition2-")}{Pick("mine", "theirs")}/$document{Pick("", "?persist=true", "?graph=true")}"),
            9 => Get($"{Pick($"{Key()}/", $"{Key()}/_history/1/", $"{Type()}/", "")}$meta"),
            10 => Get($"{Key()}/$validate{Pick("", "?mode=delete", "?mode=profile&profile=urn:profile:Theirs", "?mode=update")}"),
            11 => new LeakRequest("POST", $"fhir/{Pick("Observation", $"Observation/obs-{Patient()}-3")}/$validate?mode={Pick("create", "update")}", Observation(Pick("mine", "theirs"), $"obs-{Patient()}-3")),
            12 => Get("$dangling-references"),
            13 => Get(Pick(
                "ValueSet/$expand?url=urn:reds", "ValueSet/reds/$expand", "ValueSet/$validate-code?url=urn:reds&code=scarlet&system=urn:colours", "CodeSystem/$lookup?system=urn:colours&code=red",
                "CodeSystem/$subsumes?system=urn:colours&codeA=red&codeB=scarlet", "ConceptMap/$translate?url=urn:map&system=urn:colours&code=red", "ConceptMap/map/$translate?code=red&system=urn:colours",
                "CodeSystem/colours/$validate-code?code=red", "ValueSet/unknown/$expand", "CodeSystem/$find-matches?system=urn:colours&code=red")),
            14 => new LeakRequest("POST", "fhir/$closure", $$$$"""{"resourceType":"Parameters","parameter":[{"name":"name","valueString":"table{{{{random.Next(3)}}}}"}{{{{Pick("", ",{\"name\":\"concept\",\"valueCoding\":{\"system\":\"urn:colours\",\"code\":\"red\"}}")}}}}]}"""),
            15 => Get(Pick("$reindex", "SearchParameter/$reindex", "$versions", "$export", "Patient/$export", "Group/group/$export", $"Patient/{Patient()}/$export", "metadata?mode=terminology", "metadata")),
            16 => new LeakRequest("POST", Pick("fhir/$reindex", "fhir/ImagingStudy/$reconcile", "fhir/$install", "fhir/ImplementationGuide/$install", "fhir/$uninstall", "fhir/ImagingStudy/unknown/$unlink"), """{"resourceType":"Parameters"}"""),
            _ => Get($"Patient/{Patient()}/Observation/$explain?code=2345-7"),
        };
        return random.Next(6) == 0 ? Decorated(request) : request;
    }

    private string Everything() => string.Join('&', new[]
    {
        Pick("", "_count=5", "_count=50"), Pick("", "", "_type=Observation", "_type=Patient,Flag", "_type=Practitioner,Organization", "_type=Device,Medication"), Pick("", "", "_since=2026-06-01T08:02:00Z"), Pick("", "", "start=2026-02-01", "end=2026-03"),
    }.Where(static parameter => parameter.Length > 0));

    private string Match()
    {
        var patient = Pick(
            """{"resourceType":"Patient","name":[{"family":"王","given":["秀英"]}],"birthDate":"1970-05-01","gender":"female"}""",
            """{"resourceType":"Patient","identifier":[{"system":"urn:mrn","value":"200"}]}""",
            """{"resourceType":"Patient","name":[{"family":"张","given":["伟"]}],"birthDate":"1971-06-02"}""",
            """{"resourceType":"Patient","name":[{"family":"Wang","given":["mine"]}],"telecom":[{"system":"phone","value":"138200"}]}""",
            """{"resourceType":"Patient","identifier":[{"system":"urn:mrn","value":"100"}],"birthDate":"1970-05-01"}""");
        return random.Next(2) == 0 ? patient : $$$$"""
            {"resourceType":"Parameters","parameter":[{"name":"resource","resource":{{{{patient}}}}},{"name":"onlyCertainMatches","valueBoolean":{{{{Pick("true", "false")}}}}},{"name":"count","valueInteger":{{{{random.Next(1, 4)}}}}}]}
            """;
    }

    private LeakRequest GraphQL()
    {
        var query = Pick(
            $"{{ Patient(id: \"{Patient()}\") {{ id name {{ family }} birthDate link {{ other {{ reference resource {{ ... on Patient {{ id birthDate }} }} }} }} }} }}",
            $"{{ ObservationList(_count: \"{random.Next(1, 5)}\", subject: \"Patient/{Patient()}\") {{ id subject {{ resource {{ ... on Patient {{ id name {{ family }} }} }} }} }} }}",
            $"{{ a: ObservationConnection(_count: 3) {{ count pagesize next edges {{ mode resource {{ id status }} }} }} b: FlagConnection(subject: \"Patient/{Patient()}\") {{ count }} }}",
            $"{{ PatientList(_count: 10) {{ id ObservationList(_reference: subject, _count: 10) {{ id performer {{ resource {{ ... on Patient {{ id }} ... on Practitioner {{ id }} }} }} }} }} }}",
            $"query q {{ ...f }} fragment f on Query {{ Observation(id: \"obs-{Patient()}-5\") {{ id hasMember {{ reference resource {{ ... on Observation {{ id subject {{ reference }} }} }} }} }} }}",
            $"{{ List(id: \"list-{Patient()}\") {{ entry {{ item {{ reference resource {{ ... on Observation {{ id }} ... on Condition {{ id }} }} }} }} }} }}",
            $"{{ OrganizationList(_count: 10) {{ id name PatientList(_reference: organization, _count: 10) {{ id }} }} }}",
            $"{{ PractitionerList(_count: 5) {{ id PatientList(_reference: general_practitioner, _count: 10) {{ id }} }} }}",
            $"{{ EncounterList(_count: 9, identifier: \"urn:enc|{Patient()}1\") {{ id ConditionList(_reference: encounter, _count: 9) {{ id }} }} }}");
        return random.Next(3) == 0
            ? Get($"$graphql?query={Uri.EscapeDataString(query)}")
            : random.Next(4) == 0
                ? new LeakRequest("POST", $"fhir/Observation/obs-{Patient()}-5/$graphql", Json("{ id hasMember { resource { ... on Observation { id status } } } subject { resource { ... on Patient { id } } } }"), "application/json")
                : new LeakRequest("POST", "fhir/$graphql", Json(query), "application/json");

        static string Json(string query) => $$$$"""{"query":{{{{Quote(query)}}}}}""";
    }

    private static LeakRequest Get(string url) => new("GET", $"fhir/{url}");

    private string Patient() => Pick("mine", "mine", "theirs", "theirs", "twin", "unknown");

    private string Observation(string patient, string? id, string more = "") => $$$$"""
        {"resourceType":"Observation"{{{{(id is null ? "" : $",\"id\":\"{id}\"")}}}},"status":"{{{{Pick("final", "amended")}}}}","code":{"coding":[{"system":"http://loinc.org","code":"2345-7"}]},
        "category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"{{{{Pick("laboratory", "vital-signs")}}}}"}]}],
        "subject":{"reference":"Patient/{{{{patient}}}}"}{{{{more}}}},"valueQuantity":{"value":{{{{random.Next(1, 100)}}}}}}
        """;

    /// <summary>What there is to be named by a type and an id, new resources among them.</summary>
    private ResourceKey KeyOf(string type) => Pick([.. _keys.Where(key => key.Type == type), new ResourceKey(type, "unknown")]);
}
