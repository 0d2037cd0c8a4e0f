// The tests of read, vread, create, update, patch, delete and history of one type (R4 http.html).

using System.Text.Json.Nodes;

namespace FhirHub.Conformance.Generation;

/// <summary>Writes the tests of a type's interactions.</summary>
/// <param name="script">The script.</param>
/// <param name="actor">Whose script it is.</param>
/// <param name="resource">The type.</param>
/// <param name="plan">The fixtures.</param>
internal sealed partial class InteractionTests(ScriptDraft script, Capability actor, ResourceCapability resource, FixturePlan plan)
{
    private const string Standard = "http://hl7.org/fhir/R4/http.html";
    private const string Nowhere = "${$uuid:nowhere}";
    private const string Language = "zh-CN";

    private readonly Fixture _main = plan.Mains[0];

    private string Type => resource.Type;

    /// <summary>Adds the tests.</summary>
    public void Add()
    {
        foreach (var interaction in resource.Interactions)
        {
            switch (interaction)
            {
                case "read":
                    AddRead();
                    break;
                case "vread":
                    AddVread();
                    break;
                case "create":
                    AddCreate();
                    break;
                case "update":
                    AddUpdate();
                    break;
                case "patch":
                    AddPatch();
                    break;
                case "delete":
                    AddDelete();
                    break;
                case "history-instance":
                    AddHistory();
                    break;
                case "history-type":
                    AddTypeHistory();
                    break;
            }
        }

        if (resource.ConditionalCreate)
            AddConditionalCreate();
        if (resource.ConditionalUpdate)
            AddConditionalUpdate();
        if (resource.ConditionalDelete)
            AddConditionalDelete();
    }

    private void AddRead()
    {
        script.Prove($"{Standard}#read");
        foreach (var main in plan.Mains)
        {
            var test = script.Test($"read gives {main.Id} as it was sent", "The answer holds all that was sent, with id, version and time of change, and the header fields say the same.")
                .Send(new OperationDraft("read", Type) { TargetId = main.ResponseId, Accept = "json", ResponseId = $"read-{main.Id}" });
            Whole(test, main, 200).Header("ETag", "W/\"1\"");
            if (main.IsWhole)
            {
                foreach (var profile in resource.Profiles.Intersect(Profiles(main)))
                    test.Meets(script.Profile(profile));
            }
        }

        if (actor.Formats.Any(static format => format.Contains("xml", StringComparison.Ordinal)))
        {
            script.Test("read gives XML to those who ask for it", "The same resource in the other format.")
                .Send(new OperationDraft("read", Type) { TargetId = _main.ResponseId, Accept = "xml" })
                .Status(200).Assert(null, ("contentType", "xml")).Assert(null, ("resource", Type)).Holds(_main.Id);
        }

        script.Test("read of an id that is nowhere answers 404", "Nothing is known of the resource.")
            .Send(new OperationDraft("read", Type) { Params = $"/{Nowhere}" }).Refused(404);
        script.Test("read of what is no id is refused", "An id has no such characters.")
            .Send(new OperationDraft("read", Type) { Params = "/no_id!" }).Refused(400, 404);
        if (CanDelete && !_main.IsKept)
        {
            script.Test("read of what was deleted answers 410", "The server remembers that there was a resource.")
                .Send(new OperationDraft("create", Type) { SourceId = _main.Id, ResponseId = "to-be-gone" }).Status(201)
                .Send(new OperationDraft("delete", Type) { TargetId = "to-be-gone" }).Status(200, 204)
                .Send(new OperationDraft("read", Type) { TargetId = "to-be-gone" }).Refused(410);
        }
    }

    private void AddVread()
    {
        script.Prove($"{Standard}#vread");
        var test = script.Test("vread gives the version that was created", "A version has an address of its own.")
            .Send(new OperationDraft("vread", Type) { Params = $"/{_main.Variable}/_history/1" });
        Whole(test, _main, 200).Header("ETag", "W/\"1\"");
        script.Test("vread of a version that is nowhere answers 404", "The resource has no such version.")
            .Send(new OperationDraft("vread", Type) { Params = $"/{_main.Variable}/_history/9999" }).Refused(404);
    }

    private void AddCreate()
    {
        script.Prove($"{Standard}#create");
        var test = script.Test("create keeps what is sent under an id of the server", "The answer has status, address and version of the new resource, and the resource itself.");
        var sent = Anew(test, "create");
        test.Send(Create(sent, "created-anew") with { Headers = [("Prefer", "return=representation")] });
        Whole(test, sent, 201)
            .Header("ETag", "W/\"1\"").Header("Location", $"/{Type}/", "contains").Header("Location", "/_history/1", "contains")
            .True("The id is a new one.", $"{Type}.id.exists() and {Type}.id != '{_main.Variable}'")
            .Send(new OperationDraft("read", Type) { TargetId = "created-anew" });
        Clean(Whole(test, sent, 200), "created-anew");
        var minimal = script.Test("create answers without the resource to those who want none", "Prefer: return=minimal");
        minimal.Send(Create(Anew(minimal, "minimal"), "created-minimal") with { Headers = [("Prefer", "return=minimal")] }).Status(201).Header("ETag", "W/\"1\"").Header("Location", $"/{Type}/", "contains");
        Clean(minimal, "created-minimal");
        AddRefusedBodies("create", "POST", "");
    }

    private void AddUpdate()
    {
        script.Prove($"{Standard}#update");
        var test = script.Test("update makes a new version", "The answer and a read have what was sent now, in version 2.");
        var sent = Anew(test, "update");
        var changed = Changed(sent);
        test.Send(Create(sent, "to-update")).Status(201)
            .Send(Update(changed, "to-update") with { Headers = [("Prefer", "return=representation")] });
        Whole(test, changed, 200).Header("ETag", "W/\"2\"").True("The change is there.", $"{Type}.language = '{Language}'")
            .Send(new OperationDraft("read", Type) { TargetId = "to-update" });
        Clean(Whole(test, changed, 200).Header("ETag", "W/\"2\""), "to-update");

        script.Prove($"{Standard}#concurrency");
        var race = script.Test("update with If-Match is refused when another was faster", "Who sends the version that is current writes; who sends an older one gets 412, and nothing changes.");
        var first = Anew(race, "race");
        race.Send(Create(first, "to-race")).Status(201)
            .Send(Update(Changed(first), "to-race") with { Headers = [("If-Match", "W/\"1\"")] }).Status(200).Header("ETag", "W/\"2\"")
            .Send(Update(first, "to-race") with { Headers = [("If-Match", "W/\"1\"")] }).Refused(412)
            .Send(new OperationDraft("read", Type) { TargetId = "to-race" }).Status(200).Header("ETag", "W/\"2\"").True("The first change is still there.", $"{Type}.language = '{Language}'");
        Clean(race, "to-race");

        var other = script.Data("another-id", "application/json", Text(_main, static content => content["id"] = "another-id"));
        script.Test("update with another id in the body is refused", "The id of the address and that of the body must be the same.")
            .Send(new OperationDraft("update", Type) { SourceId = other, Params = $"/{_main.Variable}", ContentType = "application/json" }).Refused(400, 422);
        AddRefusedBodies("update", "PUT", $"/{_main.Variable}");
    }

    private void AddRefusedBodies(string interaction, string method, string path)
    {
        var wrong = script.Data("unknown-element", "application/json", Text(_main, static content => content["notOfThisType"] = true));
        Bad(wrong, "an element that the type does not have").Refused(400, 422)
            .True("It says where.", $"OperationOutcome.issue.where(severity = 'error' or severity = 'fatal').where(expression.exists(contains('{Type}')) or location.exists()).exists()");
        var broken = script.Data("broken", "application/json", $"{{\"resourceType\":\"{Type}\",");
        Bad(broken, "a body that ends in the middle").Refused(400, 422);
        var another = script.Data("another-type", "application/json", Type == "Basic" ? "{\"resourceType\":\"List\",\"status\":\"current\",\"mode\":\"working\"}" : "{\"resourceType\":\"Basic\",\"code\":{\"text\":\"x\"}}");
        Bad(another, "a resource of another type").Refused(400, 422);

        TestDraft Bad(string source, string what) =>
            script.Test($"{interaction} refuses {what}", "Nothing is stored, and the OperationOutcome says what is wrong.")
                .Send(new OperationDraft(interaction, Type) { SourceId = source, ContentType = "application/json", Method = method.ToLowerInvariant(), Params = path.Length == 0 ? null : path });
    }

    private void AddDelete()
    {
        script.Prove($"{Standard}#delete");
        if (_main.IsKept)
            return;
        script.Test("delete takes the resource away", "It answers 410 from then on, no search finds it, and deleting it again does no harm.")
            .Send(Create(_main.Id, "to-delete")).Status(201)
            .Send(new OperationDraft("delete", Type) { TargetId = "to-delete" }).Status(200, 204)
            .Send(new OperationDraft("read", Type) { TargetId = "to-delete" }).Refused(410)
            .Send(new OperationDraft("delete", Type) { TargetId = "to-delete" }).Status(200, 204);
        script.Test("delete of what was never there", "There is nothing to do, or nothing to be found.")
            .Send(new OperationDraft("delete", Type) { Params = $"/{Nowhere}" }).Status(200, 204, 404);
    }

    private bool CanDelete => !actor.IsOfServer || resource.Has("delete");

    // What every answer with the resource must have (R4 http.html#general, resource.html#Meta).
    private TestDraft Whole(TestDraft test, Fixture fixture, int status) => Whole(test, fixture.Id, status);

    private TestDraft Whole(TestDraft test, string fixture, int status) =>
        test.Status(status).Answers(Type).Header("Last-Modified", "", "notEmpty").Holds(fixture)
            .True("It has an id, a version and the time of its change.", $"{Type}.id.exists() and {Type}.meta.versionId.exists() and {Type}.meta.lastUpdated.exists()");

    private OperationDraft Create(string fixture, string responseId) => new("create", Type) { SourceId = fixture, ResponseId = responseId };

    private OperationDraft Update(string sourceId, string targetId) => new("update", Type) { SourceId = sourceId, TargetId = targetId };

    // Leaves nothing behind, where that is allowed.
    private void Clean(TestDraft test, string targetId)
    {
        if (CanDelete && !_main.IsKept)
            test.Send(new OperationDraft("delete", Type) { TargetId = targetId }).Status(200, 204);
    }

    // The fixture to make one more resource of. What the workflow keeps is about a request of its own each time, for it allows one at a time.
    private string Anew(TestDraft test, string name)
    {
        if (!_main.IsKept || plan.Fixtures.FirstOrDefault(fixture => fixture.Reference == (string?)_main.Content["focus"]?["reference"]) is not { } focus)
            return _main.Id;
        var (request, content) = ($"request-{name}", (JsonObject)_main.Content.DeepClone());
        test.Send(new OperationDraft("create", focus.Type) { SourceId = focus.Id, ResponseId = request }).Status(201);
        script.Variable(request, $"{focus.Type}.id", request);
        content["focus"]!["reference"] = $"{focus.Type}/${{{request}}}";
        return script.Fixture($"{_main.Id}-{name}", content);
    }

    // A fixture with something that every type has and no rule of a type speaks about.
    private string Changed(string fixture)
    {
        var content = script.Content(fixture);
        content["language"] = Language;
        return script.Fixture($"{fixture}-changed", content);
    }

    private static string Text(Fixture fixture, Action<JsonObject> change)
    {
        var content = (JsonObject)fixture.Content.DeepClone();
        content.Remove("id");
        change(content);
        return content.ToJsonString(new System.Text.Json.JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    private static IEnumerable<string> Profiles(Fixture fixture) => fixture.Content["meta"]?["profile"]?.AsArray().Select(static profile => (string)profile!) ?? [];
}
