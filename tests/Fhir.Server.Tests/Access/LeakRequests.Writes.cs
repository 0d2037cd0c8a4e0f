// Requests that write: of every kind, at ids and with criteria and references of both patients.

using FhirHub.Storage;

namespace FhirHub.Server.Tests.Access;

/// <content>Writes.</content>
internal sealed partial class LeakRequests
{
    private static readonly string[] s_written = ["Observation", "Observation", "Flag", "Encounter", "Condition", "List", "Patient", "Appointment", "ServiceRequest", "Task", "QuestionnaireResponse", "Binary", "Organization", "SearchParameter"];

    /// <summary>A request that may change something.</summary>
    /// <param name="newIds">Names of resources that requests have made.</param>
    public LeakRequest Write(IReadOnlyList<string> newIds)
    {
        var request = random.Next(14) switch
        {
            0 => Create(),
            1 => Create().With("If-None-Exist", Criteria("Observation")),
            2 or 3 => Update(newIds),
            4 => ConditionalUpdate(),
            5 or 6 => PatchOf(newIds),
            7 => ConditionalPatch(),
            8 => new LeakRequest("DELETE", $"fhir/{Target(newIds)}"),
            9 => ConditionalDelete(),
            10 => Meta(newIds),
            11 or 12 => Transaction(newIds),
            _ => new LeakRequest("POST", "fhir", $$$$"""{"resourceType":"Bundle","type":"batch","entry":[{{{{Entry(newIds, 0)}}}},{"request":{"method":"GET","url":"{{{{KeyOf("Observation")}}}}"}}]}"""),
        };
        return random.Next(9) switch
        {
            0 => request.With("If-Match", Pick("W/\"1\"", "W/\"2\"", "W/\"9\"", "*")),
            1 => request.With("If-None-Match", Pick("*", "W/\"1\"")),
            2 => request.With("Prefer", Pick("return=minimal", "return=OperationOutcome", "return=representation")),
            3 when request.Method is "POST" or "PUT" => request.With("X-Provenance", $$$$"""{"resourceType":"Provenance","target":[{"reference":"{{{{KeyOf("Observation")}}}}"}],"recorded":"2026-06-01T00:00:00Z","agent":[{"who":{"reference":"Practitioner/gp"}}]}"""),
            4 => request.With("Accept", "application/fhir+xml"),
            _ => request,
        };
    }

    private LeakRequest Create()
    {
        var type = Pick(s_written);
        return new("POST", $"fhir/{type}", Resource(type, null));
    }

    private LeakRequest ConditionalDelete()
    {
        var type = Pick(s_written);
        return new("DELETE", $"fhir/{type}?{Criteria(type)}");
    }

    private LeakRequest Update(IReadOnlyList<string> newIds)
    {
        var key = Target(newIds);
        return new("PUT", $"fhir/{key}", Resource(key.Type, random.Next(12) == 0 ? "other" : key.Id));
    }

    private LeakRequest ConditionalUpdate()
    {
        var type = Pick(s_written);
        return new("PUT", $"fhir/{type}?{Criteria(type)}", Resource(type, random.Next(3) == 0 ? KeyOf(type).Id : null));
    }

    private LeakRequest PatchOf(IReadOnlyList<string> newIds)
    {
        var key = Target(newIds);
        var (body, contentType) = PatchBody(key.Type);
        return new("PATCH", $"fhir/{key}", body, contentType);
    }

    private LeakRequest ConditionalPatch()
    {
        var type = Pick(s_written);
        var (body, contentType) = PatchBody(type);
        return new("PATCH", $"fhir/{type}?{Criteria(type)}", body, contentType);
    }

    // A test operation asks; what it asks of others must not be answered.
    private (string Body, string ContentType) PatchBody(string type) => random.Next(4) switch
    {
        0 => ($$$$"""[{"op":"test","path":"/subject/reference","value":"Patient/{{{{Owner()}}}}"},{"op":"replace","path":"/status","value":"{{{{Pick("final", "active")}}}}"}]""", "application/json-patch+json"),
        1 => ($$$$"""[{"op":"replace","path":"/subject/reference","value":"Patient/{{{{Owner()}}}}"}]""", "application/json-patch+json"),
        2 => ($$$$"""
            {"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"add"},{"name":"path","valueString":"{{{{type}}}}"},{"name":"name","valueString":"language"},{"name":"value","valueCode":"{{{{Pick("en", "zh")}}}}"}]}]}
            """, "application/fhir+json"),
        _ => ($$$$"""[{"op":"add","path":"/language","value":"{{{{Pick("en", "zh", "la")}}}}"}]""", "application/json-patch+json"),
    };

    private LeakRequest Meta(IReadOnlyList<string> newIds) => new(
        "POST", $"fhir/{Target(newIds)}{Pick("", "", "/_history/1")}/{Pick("$meta-add", "$meta-delete")}",
        """{"resourceType":"Parameters","parameter":[{"name":"meta","valueMeta":{"tag":[{"system":"urn:tag","code":"added"}]}}]}""");

    private LeakRequest Transaction(IReadOnlyList<string> newIds) => new(
        "POST", "fhir", $$$$"""{"resourceType":"Bundle","type":"transaction","entry":[{{{{string.Join(',', Enumerable.Range(0, random.Next(1, 4)).Select(i => Entry(newIds, i)))}}}}]}""");

    private string Entry(IReadOnlyList<string> newIds, int index)
    {
        var key = Target(newIds);
        var type = Pick("Observation", "Flag", "Condition");
        return random.Next(8) switch
        {
            0 => $$$$"""{"request":{"method":"DELETE","url":"{{{{key}}}}"}}""",
            1 => $$$$"""{"request":{"method":"DELETE","url":"{{{{type}}}}?{{{{Criteria(type)}}}}"}}""",
            2 => $$$$"""{"resource":{{{{Resource(key.Type, key.Id)}}}},"request":{"method":"PUT","url":"{{{{key}}}}"{{{{Pick("", ",\"ifMatch\":\"W/\\\"1\\\"\"", ",\"ifNoneMatch\":\"*\"")}}}}}}""",
            3 => $$$$"""{"resource":{{{{Resource(type, null)}}}},"request":{"method":"PUT","url":"{{{{type}}}}?{{{{Criteria(type)}}}}"}}""",
            4 => $$$$"""{"fullUrl":"urn:uuid:00000000-0000-4000-8000-00000000000{{{{index}}}}","resource":{{{{Observation(Owner(), null, Crossed())}}}},"request":{"method":"POST","url":"Observation","ifNoneExist":"{{{{Criteria("Observation")}}}}"}}""",
            5 => $$$$"""{"resource":{"resourceType":"Flag","status":"active","code":{"text":"t"},"subject":{"reference":"Patient?identifier=urn:mrn|{{{{Pick("100", "200", "300")}}}}"}},"request":{"method":"POST","url":"Flag"}}""",
            6 => $$$$"""{"request":{"method":"GET","url":"{{{{Pick($"{key}", $"{key}/_history", $"{type}?{Criteria(type)}")}}}}"}}""",
            _ => $$$$"""{"fullUrl":"urn:uuid:00000000-0000-4000-8000-00000000000{{{{index}}}}","resource":{{{{Observation(Owner(), null, ",\"hasMember\":[{\"reference\":\"urn:uuid:00000000-0000-4000-8000-000000000000\"}]")}}}},"request":{"method":"POST","url":"Observation"}}""",
        };
    }

    private ResourceKey Target(IReadOnlyList<string> newIds) => random.Next(8) switch
    {
        0 when newIds.Count > 0 => new ResourceKey("Observation", Pick(newIds)),
        1 => new ResourceKey(Pick(s_written), Pick("unknown", "made-up")),
        2 => Key(),
        _ => KeyOf(Pick(s_written)),
    };

    private string Resource(string type, string? id)
    {
        var head = $"{{\"resourceType\":\"{type}\"{(id is null ? "" : $",\"id\":\"{id}\"")}";
        return type switch
        {
            "Observation" => Observation(Owner(), id, Crossed()),
            "Flag" => $$$$"""{{{{head}}}},"status":"active","code":{"text":"{{{{random.Next(3)}}}}"},"subject":{"reference":"Patient/{{{{Owner()}}}}"},"author":{"reference":"Patient/{{{{Owner()}}}}"}}""",
            "Encounter" => $$$$"""{{{{head}}}},"status":"planned","class":{"code":"AMB"},"subject":{"reference":"Patient/{{{{Owner()}}}}"},"partOf":{"reference":"{{{{KeyOf("Encounter")}}}}"}}""",
            "Condition" => $$$$"""{{{{head}}}},"subject":{"reference":"Patient/{{{{Owner()}}}}"},"encounter":{"reference":"{{{{KeyOf("Encounter")}}}}"}}""",
            "List" => $$$$"""{{{{head}}}},"status":"current","mode":"working","subject":{"reference":"Patient/{{{{Owner()}}}}"},"entry":[{"item":{"reference":"{{{{KeyOf("Observation")}}}}"}}]}""",
            "Patient" => $$$$"""{{{{head}}}},"identifier":[{"system":"urn:mrn","value":"{{{{Pick("100", "200")}}}}"}],"link":[{"other":{"reference":"Patient/{{{{Owner()}}}}"},"type":"seealso"}]}""",
            "Appointment" => $$$$"""
                {{{{head}}}},"status":"{{{{Pick("proposed", "booked")}}}}","slot":[{"reference":"Slot/{{{{Pick("free", "busy", "unknown")}}}}"}],"basedOn":[{"reference":"ServiceRequest/{{{{Pick("sr-mine", "sr-theirs", "unknown")}}}}"}],"start":"2026-07-01T09:00:00Z","end":"2026-07-01T09:30:00Z",
                "participant":[{"actor":{"reference":"Patient/{{{{Owner()}}}}"},"status":"accepted"}]}
                """,
            "ServiceRequest" => $$$$"""{{{{head}}}},"status":"active","intent":"order","subject":{"reference":"Patient/{{{{Owner()}}}}"},"replaces":[{"reference":"ServiceRequest/{{{{Pick("sr-mine", "sr-theirs", "unknown")}}}}"}]}""",
            "Task" => $$$$"""{{{{head}}}},"status":"requested","intent":"order","for":{"reference":"Patient/{{{{Owner()}}}}"},"focus":{"reference":"ServiceRequest/{{{{Pick("sr-mine", "sr-theirs", "unknown")}}}}"},"owner":{"reference":"Organization/org"}}""",
            "QuestionnaireResponse" => $$$$"""{{{{head}}}},"status":"completed","questionnaire":"urn:form","subject":{"reference":"Patient/{{{{Owner()}}}}"}}""",
            "Binary" => $$$$"""{{{{head}}}},"contentType":"text/plain","securityContext":{"reference":"Patient/{{{{Owner()}}}}"},"data":"eHh4"}""",
            "SearchParameter" => $$$$"""{{{{head}}}},"url":"urn:sp","name":"Sp","status":"active","description":"d","code":"sp","base":["Patient"],"type":"token","expression":"Patient.language"}""",
            _ => $$$$"""{{{{head}}}}}""",
        };
    }

    private string Criteria(string type) => type switch
    {
        "Patient" => $"identifier=urn:mrn|{Pick("100", "200", "300")}",
        "Observation" => Pick($"identifier=urn:obs|{Owner()}{random.Next(14)}", $"_id=obs-{Owner()}-{random.Next(5)}", "subject.identifier=urn:mrn|200", "subject:Patient.family=Zhang&code=2345-7", "_has:Provenance:target:recorded=2026", $"subject=Patient/{Owner()}&value-quantity=9"),
        "Encounter" => $"identifier=urn:enc|{Owner()}{random.Next(3)}",
        _ => Pick($"_id={KeyOf(type).Id}", $"identifier=urn:template|{KeyOf(type).Id}", "_tag=urn:tag|Theirs"),
    };

    private string Crossed() => Pick(
        "", "", ",\"performer\":[{\"reference\":\"Patient/theirs\"}]", ",\"encounter\":{\"reference\":\"Encounter/encounter-theirs-0\"}", ",\"hasMember\":[{\"reference\":\"Observation/obs-theirs-3\"}]",
        ",\"identifier\":[{\"system\":\"urn:obs\",\"value\":\"theirs3\"}]", ",\"derivedFrom\":[{\"reference\":\"Observation/unknown\"}]");

    private string Owner() => Pick("mine", "mine", "mine", "theirs", "twin", "unknown");
}
