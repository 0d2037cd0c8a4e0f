// Faults of Bundles: searches, histories, transactions (R4 bundle.html).

using System.Text.Json.Nodes;

namespace FhirHub.Conformance;

internal static class BundleFaults
{
    public static IReadOnlyList<Fault> All { get; } =
    [
        Any("bundle-type-other", "The Bundle is of another type.", static json => json.ChangeText("type", static _ => "collection")),
        Any("bundle-total-missing", "The Bundle has no total.", static json => json.Remove("total")),
        Any("bundle-total-other", "The total is one too many.", static json => json.AddTo("total", 1)),
        Any("bundle-empty", "The Bundle has no entries.", static json => json.Remove("entry")),
        Any("bundle-first-missing", "The first entry is missing.", static json => json["entry"] is JsonArray { Count: > 0 } entries && DropAt(json, entries, 0)),
        Any("bundle-last-missing", "The last entry is missing.", static json => json.DropLast("entry")),
        Any("bundle-entry-twice", "An entry comes twice.", static json => json["entry"] is JsonArray { Count: > 0 } entries && Add(entries, entries[0]!.DeepClone())),
        Any("bundle-entry-foreign", "There is an entry that nobody asked for.", static json => json["entry"] is JsonArray { Count: > 0 } entries
            && entries[0]!.DeepClone() is JsonObject foreign && foreign.Object("resource") is { } resource && resource.ChangeText("id", static id => $"{id[..^1]}{(id[^1] == '0' ? '1' : '0')}")
            && (foreign.ChangeText("fullUrl", static url => $"{url}0") | true) && Add(entries, foreign)),
        Any("full-url-missing", "Entries have no fullUrl.", static json => json.Objects("entry").Each(static entry => entry.Remove("fullUrl"))),
        Any("full-url-other", "fullUrl leads to another resource.", static json => json.Objects("entry").Each(static entry => entry.ChangeText("fullUrl", static url => $"{url}x"))),
        Any("bundle-resource-missing", "An entry has no resource.", static json => json.Objects("entry").FirstOrDefault() is { } entry && entry.Remove("resource")),
        Any("bundle-resource-element-missing", "A resource of an entry has lost an element.", static json => json.Objects("entry").FirstOrDefault()?.Object("resource") is { } resource
            && resource.Select(static member => member.Key).LastOrDefault(static name => name is not ("resourceType" or "id" or "meta")) is { } name && resource.Remove(name)),
        Any("link-self-missing", "The Bundle has no link to itself.", static json => DropLink(json, "self")),
        Any("link-self-other", "The link to itself has lost its parameters.", static json => json.Objects("link").Where(static link => link.Text("relation") == "self").Each(static link => link.ChangeText("url", static url => url.Split('?')[0]))),
        Any("link-next-missing", "There is no link to the next page.", static json => DropLink(json, "next")),
        Any("link-next-loops", "The link to the next page leads to the same one.", static json => json.Objects("link").FirstOrDefault(static link => link.Text("relation") == "self")?.Text("url") is { } self
            && json.Objects("link").Where(static link => link.Text("relation") == "next").Each(link => link.ChangeText("url", _ => self))),
        Of("search-mode-missing", "Entries do not say why they are there.", "searches", "searchset", static json => json.Objects("entry").Each(static entry => entry.Remove("search"))),
        Of("search-mode-other", "Matches are told as included.", "searches", "searchset", static json => json.Objects("entry").Each(static entry =>
            entry.Object("search") is { } search && search.ChangeText("mode", static mode => mode == "match" ? "include" : "match"))),
        Of("included-missing", "Included resources are missing.", "searches with includes", "searchset", static json => json.DropWhere("entry", static entry => entry.Object("search")?.Text("mode") == "include")),
        Of("history-reversed", "A history begins with the oldest version.", "histories", "history", static json => json.Reverse("entry")),
        Of("history-request-missing", "Versions of a history do not tell what was asked.", "histories", "history", static json => json.Objects("entry").Each(static entry => entry.Remove("request"))),
        Of("history-response-missing", "Versions of a history do not tell what was answered.", "histories", "history", static json => json.Objects("entry").Each(static entry => entry.Remove("response"))),
        Of("history-method-other", "Versions of a history tell another method.", "histories", "history", static json => json.Objects("entry").Each(static entry =>
            entry.Object("request") is { } request && request.ChangeText("method", static method => method == "PUT" ? "POST" : "PUT"))),
        Of("history-deletes-missing", "A history does not tell of deletes.", "histories with deletes", "history", static json => json.DropWhere("entry", static entry => entry.Object("request")?.Text("method") == "DELETE")),
        Response("response-status-other", "An entry of a response has another status.", static response => response.ChangeText("status", static status => status.StartsWith("20", StringComparison.Ordinal) ? "204" : "200")),
        Response("response-location-missing", "An entry of a response has no location.", static response => response.Remove("location")),
        Response("response-etag-missing", "An entry of a response has no etag.", static response => response.Remove("etag")),
        Response("response-last-modified-missing", "An entry of a response has no lastModified.", static response => response.Remove("lastModified")),
        Response("response-outcome-missing", "An entry of a response does not say what was wrong.", static response => response.Remove("outcome")),
        Fault.OfAnswer("response-reversed", "Entries of a response are in another order than those of the request.", "transactions and batches", static (request, answer) =>
            request.Interaction == Interaction.Bundle && answer.Type == "Bundle" && answer.Edit(static json => json.Reverse("entry"))),
    ];

    private static Fault Any(string id, string sentence, Func<JsonObject, bool> change) => Fault.OfAnswer(id, sentence, "Bundles", (_, answer) => answer.IsSuccess && answer.Type == "Bundle" && answer.Edit(change));

    private static Fault Of(string id, string sentence, string where, string type, Func<JsonObject, bool> change) =>
        Fault.OfAnswer(id, sentence, where, (_, answer) => answer.Type == "Bundle" && answer.Json!.Text("type") == type && answer.Edit(change));

    private static Fault Response(string id, string sentence, Func<JsonObject, bool> change) => Fault.OfAnswer(id, sentence, "transactions and batches", (request, answer) =>
        request.Interaction == Interaction.Bundle && answer.Type == "Bundle" && answer.Edit(json => json.Objects("entry").Each(entry => entry.Object("response") is { } response && change(response))));

    private static bool Add(JsonArray entries, JsonNode entry)
    {
        entries.Add(entry);
        return true;
    }

    private static bool DropAt(JsonObject json, JsonArray entries, int index)
    {
        if (entries.Count == 1)
            return json.Remove("entry");
        entries.RemoveAt(index);
        return true;
    }

    private static bool DropLink(JsonObject json, string relation) => json.DropWhere("link", link => link.Text("relation") == relation);
}
