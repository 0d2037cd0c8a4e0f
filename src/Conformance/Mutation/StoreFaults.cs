// Faults of a server that does not keep what it says it has kept.

namespace FhirHub.Conformance;

internal static class StoreFaults
{
    public static IReadOnlyList<Fault> All { get; } =
    [
        new("read-stale", "A read gives the version before the last.", "reads of what was changed")
        {
            OnAnswer = static (request, answer, memory) => request.Interaction == Interaction.Read && answer.Status == 200 && request.Query.Count == 0
                && memory.FirstAt(request.Path, answer.Headers.Find("Content-Type")) is { } first && first.Json?.Object("meta")?.Text("versionId") != answer.Json?.Object("meta")?.Text("versionId")
                && Replace(answer, first),
        },
        new("deleted-is-read", "What was deleted can still be read.", "reads of what was deleted")
        {
            OnAnswer = static (request, answer, memory) => request.Interaction == Interaction.Read && answer.Status is 404 or 410 && memory.FirstAt(request.Path) is { } first && Replace(answer, first),
        },
        Ignored("update-not-kept", "An update is answered and not kept.", Interaction.Update),
        Ignored("patch-not-kept", "A patch is answered and not kept.", Interaction.Patch),
        new("delete-not-kept", "A delete is answered and not kept.", "deletes that succeed")
        {
            OnRequest = static (request, answer) => request.Interaction == Interaction.Delete && request.Segments.Count == 2 && answer is null or { IsSuccess: true } && AsRead(request),
            OnAnswer = static (_, answer, _) =>
            {
                answer.Status = 204;
                answer.Body = default;
                answer.Headers.Drop("Content-Type");
                return true;
            },
        },
        new("version-always-last", "A version that is read is the last one.", "reads of versions before the last")
        {
            OnRequest = static (request, answer) =>
            {
                if (request.Interaction != Interaction.VersionRead || answer is { Status: not 200 })
                    return false;
                request.Path = request.Path.Split("/_history/")[0];
                return true;
            },
        },
    ];

    // The server is asked for the resource as it is; that is what is answered, as if it were the changed one.
    private static Fault Ignored(string id, string sentence, Interaction interaction) => new(id, sentence, "changes answered with 200")
    {
        OnRequest = (request, answer) => request.Interaction == interaction && request.Segments.Count == 2 && answer is null or { Status: 200 } && AsRead(request),
        OnAnswer = static (_, _, _) => true,
    };

    private static bool AsRead(ProxiedRequest request)
    {
        request.Method = "GET";
        request.Body = default;
        request.Headers.Drop("Content-Type");
        request.Headers.Drop("If-Match");
        return true;
    }

    private static bool Replace(ProxiedAnswer answer, ProxiedAnswer other)
    {
        answer.Status = other.Status == 201 ? 200 : other.Status;
        answer.Body = other.Body;
        answer.Headers.Clear();
        answer.Headers.AddRange(other.Headers.Where(static header => !header.Key.Equals("Location", StringComparison.OrdinalIgnoreCase)));
        return true;
    }
}
