// The tests of history, patch and what is done on a condition (R4 http.html#history, #patch, #ccreate, #cond-update, #3.1.0.7.1).

using System.Text.Json.Nodes;

namespace FhirHub.Conformance.Generation;

internal sealed partial class InteractionTests
{
    private void AddHistory()
    {
        script.Prove($"{Standard}#history");
        var test = script.Test("history of a resource has its versions, the newest first", "Each entry has the version, what was asked and what was answered; _count bounds a page.");
        var sent = Anew(test, "history");
        test.Send(Create(sent, "with-history")).Status(201)
            .Send(Update(Changed(sent), "with-history")).Status(200)
            .Send(new OperationDraft("history", Type) { TargetId = "with-history" })
            .Status(200).Answers("Bundle").True("It is a history.", "Bundle.type = 'history'")
            .True("It has both versions, the newest first.", "Bundle.entry.resource.meta.versionId.first() = '2' and Bundle.entry.resource.meta.versionId.last() = '1' and Bundle.entry.count() = 2")
            .True("Each entry says how it came to be.", "Bundle.entry.first().request.method = 'PUT' and Bundle.entry.last().request.method = 'POST'")
            .True("Each entry says what was answered.", "Bundle.entry.first().response.status.startsWith('200') and Bundle.entry.last().response.status.startsWith('201')")
            .True("Each entry has its address.", $"Bundle.entry.all(fullUrl.endsWith('/{Type}/' + resource.id))")
            .True("Only the second has the change.", $"Bundle.entry.first().resource.language = '{Language}'")
            .Send(new OperationDraft("history", Type) { Params = "/${with-history}/_history?_count=1" })
            .Status(200).True("A page of one has the newest version.", "Bundle.entry.count() = 1 and Bundle.entry.resource.meta.versionId = '2'")
            .True("There is a next page.", "Bundle.link.where(relation = 'next').exists()")
            .Send(new OperationDraft("history", Type) { Params = "/${with-history}/_history?_since=${$now+2d}" })
            .Status(200).True("Nothing has changed since the day after tomorrow.", "Bundle.entry.empty()");
        script.Variable("with-history", $"{Type}.id", "with-history");
        Clean(test, "with-history");
        script.Test("history of what is nowhere answers 404", "Nothing is known of the resource.")
            .Send(new OperationDraft("history", Type) { Params = $"/{Nowhere}/_history" }).Refused(404);
        script.Test("history since what is no time is refused", "A word is no instant.")
            .Send(new OperationDraft("history", Type) { Params = $"/{_main.Variable}/_history?_since=yesterday" }).Refused(400);
    }

    private void AddTypeHistory()
    {
        script.Prove($"{Standard}#history");
        script.Test("history of the type has what was created", "Each of the new resources is among the latest changes.")
            .Send(new OperationDraft("history", Type) { Params = "/_history?_count=50&_since=${$now-2m}" })
            .Status(200).Answers("Bundle").True("It is a history.", "Bundle.type = 'history'")
            .True("Each entry says how it came to be, and what was answered.", "Bundle.entry.all(request.method.exists() and response.status.exists())");
    }

    private void AddPatch()
    {
        script.Prove($"{Standard}#patch");
        const string JsonPatch = "application/json-patch+json";
        if (actor.PatchFormats.Count == 0 || actor.PatchFormats.Contains(JsonPatch))
        {
            var add = script.Data("json-patch", JsonPatch, $$"""[{"op":"add","path":"/language","value":"{{Language}}"}]""");
            var failing = script.Data("json-patch-failing", JsonPatch, """[{"op":"test","path":"/resourceType","value":"Nothing"},{"op":"remove","path":"/language"}]""");
            var test = script.Test("patch by JSON Patch changes what it names, and nothing else", "The rest stays as it was sent; a test that fails leaves everything as it is.");
            var sent = Anew(test, "patch");
            test.Send(Create(sent, "to-patch")).Status(201)
                .Send(Patch(add, "to-patch", JsonPatch) with { Headers = [("Prefer", "return=representation")] });
            Whole(test, sent, 200).Header("ETag", "W/\"2\"").True("The change is there.", $"{Type}.language = '{Language}'")
                .Send(Patch(failing, "to-patch", JsonPatch)).Refused(400, 409, 412, 422)
                .Send(new OperationDraft("read", Type) { TargetId = "to-patch" }).Status(200).Header("ETag", "W/\"2\"").True("The change is still there.", $"{Type}.language = '{Language}'")
                .Send(Patch(add, "to-patch", JsonPatch) with { Headers = [("If-Match", "W/\"1\"")] }).Refused(412);
            Clean(test, "to-patch");
            var nonsense = script.Data("json-patch-nonsense", JsonPatch, "{\"op\":\"dance\"}");
            script.Test("patch refuses what is no patch", "The body is JSON, and no list of operations.")
                .Send(new OperationDraft("patch", Type) { SourceId = nonsense, Params = $"/{_main.Variable}", ContentType = JsonPatch }).Refused(400, 422);
            script.Test("patch of an id that is nowhere answers 404", "There is nothing to change.")
                .Send(new OperationDraft("patch", Type) { SourceId = add, Params = $"/{Nowhere}", ContentType = JsonPatch }).Refused(404);
        }

        if (actor.PatchFormats.Contains("application/fhir+json"))
        {
            script.Prove("http://hl7.org/fhir/R4/fhirpatch.html");
            var parameters = script.Fixture("fhirpath-patch", new JsonObject
            {
                ["resourceType"] = "Parameters",
                ["parameter"] = new JsonArray(new JsonObject
                {
                    ["name"] = "operation",
                    ["part"] = new JsonArray(
                        new JsonObject { ["name"] = "type", ["valueCode"] = "add" },
                        new JsonObject { ["name"] = "path", ["valueString"] = Type },
                        new JsonObject { ["name"] = "name", ["valueString"] = "language" },
                        new JsonObject { ["name"] = "value", ["valueCode"] = Language }),
                }),
            });
            var test = script.Test("patch by FHIRPath Patch changes what it names, and nothing else", "The rest stays as it was sent.");
            var sent = Anew(test, "path");
            test.Send(Create(sent, "to-patch-by-path")).Status(201)
                .Send(Patch(parameters, "to-patch-by-path", "json") with { Headers = [("Prefer", "return=representation")] });
            Clean(Whole(test, sent, 200).Header("ETag", "W/\"2\"").True("The change is there.", $"{Type}.language = '{Language}'"), "to-patch-by-path");
        }
    }

    private void AddConditionalCreate()
    {
        if (_main.Identifier is null || !resource.Has("create"))
            return;
        script.Prove($"{Standard}#ccreate");
        var (one, query) = Own("conditional-create");
        var test = script.Test("create with If-None-Exist makes one resource, however often it is sent", "The second answer is the resource of the first.")
            .Send(new OperationDraft("create", Type) { SourceId = one, ResponseId = "created-once", Headers = [("If-None-Exist", query)] }).Status(201).Header("ETag", "W/\"1\"")
            .Send(new OperationDraft("create", Type) { SourceId = one, ResponseId = "created-twice", Headers = [("If-None-Exist", query), ("Prefer", "return=representation")] })
            .Status(200).Header("ETag", "W/\"1\"")
            .Send(new OperationDraft("search", Type) { Params = $"?{query}" }).Status(200).True("There is one.", "Bundle.entry.where(search.mode = 'match').resource.id = '${created-once}'")
            .Send(Copy(one, "created-copy")).Status(201)
            .Send(new OperationDraft("create", Type) { SourceId = one, Headers = [("If-None-Exist", query)] }).Refused(412);
        script.Variable("created-once", $"{Type}.id", "created-once");
        Clean(test, "created-once");
        Clean(test, "created-copy");
    }

    private void AddConditionalUpdate()
    {
        if (_main.Identifier is null || !resource.Has("update"))
            return;
        script.Prove($"{Standard}#cond-update");
        var (one, query) = Own("conditional-update");
        var test = script.Test("update by a search makes the resource, then changes it", "None found: it is created. One found: it is updated. Several found: 412.")
            .Send(Conditional(one, query, "updated-first")).Status(201).Header("ETag", "W/\"1\"").Header("Location", $"/{Type}/", "contains")
            .Send(Conditional(one, query, "updated-second")).Status(200)
            .Send(new OperationDraft("search", Type) { Params = $"?{query}" }).Status(200).True("There is one.", "Bundle.entry.where(search.mode = 'match').resource.id = '${updated-first}'")
            .Send(Copy(one, "updated-copy")).Status(201)
            .Send(Conditional(one, query, null)).Refused(412);
        script.Variable("updated-first", $"{Type}.id", "updated-first");
        Clean(test, "updated-first");
        Clean(test, "updated-copy");
    }

    private void AddConditionalDelete()
    {
        if (_main.Identifier is null || _main.IsKept)
            return;
        script.Prove($"{Standard}#3.1.0.7.1");
        var (one, query) = Own("conditional-delete");
        script.Test("delete by a search takes away the one that is found", "It answers 410 from then on.")
            .Send(Copy(one, "deleted-by-search")).Status(201)
            .Send(new OperationDraft("deleteCondSingle", Type) { Params = $"?{query}" }).Status(200, 204)
            .Send(new OperationDraft("read", Type) { TargetId = "deleted-by-search" }).Refused(410);
    }

    private OperationDraft Copy(string one, string responseId) => new("create", Type) { SourceId = one, ResponseId = responseId };

    private OperationDraft Conditional(string one, string query, string? responseId) =>
        new("update", Type) { SourceId = one, Params = $"?{query}", ResponseId = responseId };

    private OperationDraft Patch(string sourceId, string targetId, string contentType) =>
        new("patch", Type) { SourceId = sourceId, TargetId = targetId, ContentType = contentType };

    // The main fixture under an identifier of this test alone.
    private (string Fixture, string Query) Own(string id)
    {
        var content = (JsonObject)_main.Content.DeepClone();
        content["identifier"]!.AsArray()[^1]!["value"] = $"urn:uuid:${{$uuid:{id}}}";
        return (script.Fixture(id, content), $"identifier=urn:ietf:rfc:3986|urn:uuid:${{$uuid:{id}}}");
    }
}
