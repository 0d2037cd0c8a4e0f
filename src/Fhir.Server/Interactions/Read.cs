// read and vread, with the conditions that spare the body (R4 http.html#read, #vread, #cread).

using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>The interactions that give one version.</summary>
public static class Read
{
    /// <summary>read.</summary>
    public static async ValueTask<FhirAnswer> AnswerAsync(FhirCall call, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(call);
        if (call.Key.Type == "OperationDefinition" && OperationDefinitions.Find(call.Server, call.BaseUrl, call.Key.Id) is { } own)
        {
            var shape = ResourceShape.Parse(OnlyKnown(call), forSearch: false);
            return new FhirAnswer(200) { Json = shape.Apply(own), Shape = shape };
        }

        return Answer(call, await call.Server.Repository.ReadAsync(call.Scope, call.Key, cancel));
    }

    /// <summary>vread.</summary>
    public static async ValueTask<FhirAnswer> AnswerVersionAsync(FhirCall call, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(call);
        return Answer(call, await call.Server.Repository.ReadVersionAsync(call.Scope, call.Key, call.Route.Name!, cancel));
    }

    /// <summary>True if the client has this version already: <c>If-None-Match</c>, or without it <c>If-Modified-Since</c>.</summary>
    public static bool IsNotModified(StoredVersion version, string? ifNoneMatch, DateTimeOffset? ifModifiedSince)
    {
        ArgumentNullException.ThrowIfNull(version);
        if (ifNoneMatch is not null)
            return EntityTags.TryParse(ifNoneMatch, out var any, out var versions) && (any || versions.Contains(version.Version));

        // HTTP dates have whole seconds, so a version of the same second counts as seen (RFC 9110 section 13.1.3).
        return ifModifiedSince is { } since && version.LastUpdated.ToUnixTimeSeconds() <= since.ToUnixTimeSeconds();
    }

    private static FhirAnswer Answer(FhirCall call, InteractionResult result)
    {
        var shape = call.Query.Length == 0 ? ResourceShape.Whole : ResourceShape.Parse(OnlyKnown(call), forSearch: false);
        return result.IsSuccess && IsNotModified(result.Version!, call.IfNoneMatch, call.IfModifiedSince)
            ? new FhirAnswer(304) { Version = result.Version }
            : FhirAnswer.OfRead(result, shape);
    }

    // A parameter that a read does not know is refused for the same reason as in a search: ignoring it would answer another question.
    private static IReadOnlyList<KeyValuePair<string, string>> OnlyKnown(FhirCall call)
    {
        foreach (var (name, _) in call.Parameters)
        {
            if (name is not ("_format" or "_pretty" or "_summary" or "_elements") && !call.Preferences.IsLenient)
                throw new RefusedException(400, "not-supported", $"A read knows _format, _pretty, _summary and _elements, not '{(name.Length <= 64 ? name : name[..64])}'.");
        }

        return call.Parameters;
    }
}
