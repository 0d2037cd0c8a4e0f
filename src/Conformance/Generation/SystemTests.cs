// The tests of what concerns no single type: what the server says of itself, transactions, batches and searches over types.

using System.Text.Json.Nodes;

namespace FhirHub.Conformance.Generation;

/// <summary>Writes the script of an actor that concerns the whole server.</summary>
internal static class SystemTests
{
    private const string Standard = "http://hl7.org/fhir/R4/http.html";
    private const string Metadata = "metadata";

    /// <summary>Adds the tests.</summary>
    public static void Add(ScriptDraft script, Capability actor)
    {
        script.Prove($"{Standard}#capabilities");
        script.Setup.Send(new OperationDraft("capabilities", null) { ResponseId = Metadata }).Status(200).Answers("CapabilityStatement");
        script.Test("The server says that it is one of R4", "Its CapabilityStatement is one of an instance that runs.")
            .Assert("It speaks R4.", ("expression", "CapabilityStatement.fhirVersion = '4.0.1' and CapabilityStatement.kind = 'instance' and CapabilityStatement.status = 'active'"), ("operator", "eval"), ("sourceId", Metadata))
            .Assert("It speaks the formats that are needed.", ("expression", Superset("CapabilityStatement.format.select(iif(contains('json'), 'json', iif(contains('xml'), 'xml', $this)))", actor.Formats.Where(static format => format is "json" or "xml"))), ("operator", "eval"), ("sourceId", Metadata));
        foreach (var resource in actor.Resources)
            AddDeclared(script, resource);
        if (actor.Interactions.Contains("transaction"))
            AddTransaction(script, actor);
        if (actor.Interactions.Contains("batch"))
            AddBatch(script, actor);
        if (actor.Interactions.Contains("search-system"))
            AddSearch(script);
    }

    private static void AddDeclared(ScriptDraft script, ResourceCapability resource)
    {
        var declared = $"CapabilityStatement.rest.where(mode = 'server').resource.where(type = '{resource.Type}')";
        var test = script.Test($"The server declares what is needed of {resource.Type}", "What is used is promised by the server's CapabilityStatement: interactions, search parameters, includes and operations.");
        Declares("interactions", "interaction.code", resource.Interactions);
        Declares("search parameters", "searchParam.name", resource.Parameters.Select(static parameter => parameter.Name).Where(static name => name is not ("_id" or "_lastUpdated")));
        Declares("includes", "searchInclude", resource.Includes);
        Declares("reverse includes", "searchRevInclude", resource.RevIncludes);
        Declares("operations", "operation.name", resource.Operations.Select(static operation => operation.Name));

        void Declares(string what, string path, IEnumerable<string> names)
        {
            var needed = names.Distinct().Order(StringComparer.Ordinal).ToList();
            if (needed.Count > 0)
                test.Assert($"It declares the {what}.", ("expression", Superset($"{declared}.{path}", needed)), ("operator", "eval"), ("sourceId", Metadata));
        }
    }

    private static void AddTransaction(ScriptDraft script, Capability actor)
    {
        script.Prove($"{Standard}#transaction");
        var test = script.Test("A transaction creates resources that refer to each other", "The server puts its ids where the Bundle had its own.")
            .Send(new OperationDraft("transaction", null) { SourceId = script.Fixture("transaction", Bundle("transaction", isGood: true)), ResponseId = "done" })
            .Status(200).Answers("Bundle").True("Each entry has its answer.", "Bundle.type = 'transaction-response' and Bundle.entry.count() = 2 and Bundle.entry.all(response.status.startsWith('201') and response.location.exists() and response.etag = 'W/\"1\"')")
            .Send(new OperationDraft("search", "Observation") { Params = "?subject:Patient.identifier=urn:ietf:rfc:3986|urn:uuid:${$uuid:transaction}", ResponseId = "referring" })
            .Status(200).True("What was created refers to what was created.", "Bundle.entry.where(search.mode = 'match').count() = 1 and Bundle.entry.resource.ofType(Observation).subject.reference.contains('Patient/')")
            .Send(new OperationDraft("search", "Patient") { Params = "?identifier=urn:ietf:rfc:3986|urn:uuid:${$uuid:transaction}", ResponseId = "referred" })
            .Status(200).True("There is one patient.", "Bundle.entry.where(search.mode = 'match').count() = 1");
        script.Variable("transaction-observation", "Bundle.entry.resource.ofType(Observation).id", "referring");
        script.Variable("transaction-patient", "Bundle.entry.resource.ofType(Patient).id", "referred");
        Delete(test, actor, "Observation", "transaction-observation");
        Delete(test, actor, "Patient", "transaction-patient");
        script.Test("A transaction with a bad entry does nothing", "The other entry is not done either.")
            .Send(new OperationDraft("transaction", null) { SourceId = script.Data("transaction-bad", "application/json", Bundle("transaction-bad", isGood: false).ToJsonString()), ContentType = "application/json" }).Refused(400, 422)
            .Send(new OperationDraft("search", "Patient") { Params = "?identifier=urn:ietf:rfc:3986|urn:uuid:${$uuid:transaction-bad}" })
            .Status(200).True("The patient was not created.", "Bundle.entry.where(search.mode = 'match').empty()");
    }

    private static void AddBatch(ScriptDraft script, Capability actor)
    {
        script.Prove($"{Standard}#transaction");
        var bundle = new JsonObject
        {
            ["resourceType"] = "Bundle",
            ["type"] = "batch",
            ["entry"] = new JsonArray(
                new JsonObject { ["resource"] = Patient("batch"), ["request"] = new JsonObject { ["method"] = "POST", ["url"] = "Patient" } },
                new JsonObject { ["request"] = new JsonObject { ["method"] = "GET", ["url"] = "Patient/${$uuid:nowhere}" } }),
        };
        var test = script.Test("A batch does each entry by itself", "One succeeds, one fails, and each says so.")
            .Send(new OperationDraft("batch", null) { SourceId = script.Fixture("batch", bundle) })
            .Status(200).Answers("Bundle").True("Each entry has its answer.", "Bundle.type = 'batch-response' and Bundle.entry.count() = 2")
            .True("The first succeeded.", "Bundle.entry.first().response.status.startsWith('201')")
            .True("The second failed, and says why.", "Bundle.entry.last().response.status.startsWith('404') and Bundle.entry.last().response.outcome.ofType(OperationOutcome).issue.exists()")
            .Send(new OperationDraft("search", "Patient") { Params = "?identifier=urn:ietf:rfc:3986|urn:uuid:${$uuid:batch}", ResponseId = "batched" })
            .Status(200).True("The patient was created.", "Bundle.entry.where(search.mode = 'match').count() = 1");
        script.Variable("batch-patient", "Bundle.entry.resource.ofType(Patient).id", "batched");
        Delete(test, actor, "Patient", "batch-patient");
    }

    private static void AddSearch(ScriptDraft script)
    {
        script.Prove($"{Standard}#search");
        var fixture = script.Fixture("searched", Patient("searched"));
        script.Variable("searched", "Patient.id", "searched-created");
        script.Test("A search over several types finds resources of each", "_type names the types, and what is of another is not found.")
            .Send(new OperationDraft("create", "Patient") { SourceId = fixture, ResponseId = "searched-created" }).Status(201)
            .Send(new OperationDraft("search", null) { Params = "?_type=Patient,Observation&_id=${searched}" })
            .Status(200).Answers("Bundle").True("The patient is found.", "Bundle.entry.where(search.mode = 'match').resource.id = '${searched}'")
            .Send(new OperationDraft("search", null) { Params = "?_type=Observation&_id=${searched}" })
            .Status(200).True("It is not found among others.", "Bundle.entry.where(search.mode = 'match').empty()")
            .Send(new OperationDraft("delete", "Patient") { TargetId = "searched-created" }).Status(200, 204);
    }

    private static void Delete(TestDraft test, Capability actor, string type, string variable)
    {
        if (!actor.IsOfServer || actor.Resources.Any(resource => resource.Type == type && resource.Has("delete")))
            test.Send(new OperationDraft("delete", type) { Params = $"/${{{variable}}}" }).Status(200, 204);
    }

    private static JsonObject Bundle(string name, bool isGood) => new()
    {
        ["resourceType"] = "Bundle",
        ["type"] = "transaction",
        ["entry"] = new JsonArray(
            new JsonObject
            {
                ["fullUrl"] = $"urn:uuid:${{$uuid:{name}-patient}}",
                ["resource"] = Patient(name),
                ["request"] = new JsonObject { ["method"] = "POST", ["url"] = "Patient" },
            },
            new JsonObject
            {
                ["fullUrl"] = $"urn:uuid:${{$uuid:{name}-observation}}",
                ["resource"] = new JsonObject
                {
                    ["resourceType"] = "Observation",
                    ["status"] = "final",
                    [isGood ? "code" : "notOfThisType"] = new JsonObject { ["text"] = "Weight" },
                    ["subject"] = new JsonObject { ["reference"] = $"urn:uuid:${{$uuid:{name}-patient}}" },
                },
                ["request"] = new JsonObject { ["method"] = "POST", ["url"] = "Observation" },
            }),
    };

    private static JsonObject Patient(string name) => new()
    {
        ["resourceType"] = "Patient",
        ["identifier"] = new JsonArray(new JsonObject { ["system"] = "urn:ietf:rfc:3986", ["value"] = $"urn:uuid:${{$uuid:{name}}}" }),
        ["name"] = new JsonArray(new JsonObject { ["text"] = "Test" }),
    };

    private static string Superset(string path, IEnumerable<string> names) => $"{path}.supersetOf({string.Join(" | ", names.Select(static name => $"'{name}'"))})";
}
