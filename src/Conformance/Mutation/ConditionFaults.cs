// Faults of conditions and wishes in header fields that a server overlooks (R4 http.html#concurrency, #ccreate, #cread, #ops).

namespace FhirHub.Conformance;

internal static class ConditionFaults
{
    public static IReadOnlyList<Fault> All { get; } =
    [
        Refused("if-match-ignored", "If-Match", "An update of an old version is done.", static answer => answer.Status == 412),
        Refused("if-none-match-ignored", "If-None-Match", "If-None-Match is overlooked.", static answer => answer.Status is 304 or 412),
        Refused("if-modified-since-ignored", "If-Modified-Since", "If-Modified-Since is overlooked.", static answer => answer.Status == 304),
        Refused("if-none-exist-ignored", "If-None-Exist", "What exists is created again.", static answer => answer.Status is 200 or 412),
        Ignored("prefer-ignored", "Prefer", "What the client prefers is overlooked.", static answer => answer.Status < 500),
        Ignored("accept-ignored", "Accept", "The format that is asked for is overlooked.", static answer =>
            answer.Status is 406 || (answer.Headers.Find("Content-Type") is { } type && !type.Contains("json", StringComparison.Ordinal))),
        Fault.OfRequest("conditional-update-creates", "A conditional update creates, though there is one to update.", "conditional updates answered with 200", static (request, answer) =>
        {
            if (request.Interaction != Interaction.Update || request.Segments.Count != 1 || request.Query.Count == 0 || answer is { Status: not 200 })
                return false;
            request.Method = "POST";
            request.Query.Clear();
            return true;
        }),
        Fault.OfRequest("conditional-create-in-bundle-ignored", "What exists is created again by a transaction.", "bundles with ifNoneExist", static (request, _) =>
            request.Interaction == Interaction.Bundle && ReplaceInBody(request, "\"ifNoneExist\"", "\"_ifNoneExist\"")),
        Fault.OfRequest("transaction-as-batch", "A transaction is done in part.", "transactions that fail", static (request, answer) =>
            request.Interaction == Interaction.Bundle && answer is null or { Status: >= 400 and < 500 } && ReplaceInBody(request, "\"transaction\"", "\"batch\"")),
    ];

    private static Fault Refused(string id, string field, string sentence, Func<ProxiedAnswer, bool> matters) =>
        Fault.OfRefusal(id, sentence, $"requests with {field} that it makes a difference to", (request, answer) => matters(answer) && request.Headers.Drop(field));

    private static Fault Ignored(string id, string field, string sentence, Func<ProxiedAnswer, bool> matters) =>
        Fault.OfRequest(id, sentence, $"requests with {field} that it makes a difference to", (request, answer) => (answer is null || matters(answer)) && request.Headers.Drop(field));

    private static bool ReplaceInBody(ProxiedRequest request, string from, string to)
    {
        var text = System.Text.Encoding.UTF8.GetString(request.Body.Span);
        var changed = text.Replace(from, to, StringComparison.Ordinal);
        if (changed == text)
            return false;
        request.Body = System.Text.Encoding.UTF8.GetBytes(changed);
        return true;
    }
}
