// One entry of a batch or transaction as a request.

using FhirHub.Model;

namespace FhirHub.Server;

/// <summary>Bundle.entry.request.method (R4 valueset-http-verb.html).</summary>
internal enum EntryMethod
{
    Get,
    Head,
    Post,
    Put,
    Delete,
    Patch,
}

/// <summary>An entry whose request is well-formed.</summary>
/// <param name="Index">Position in the Bundle.</param>
/// <param name="Method">The interaction's HTTP verb.</param>
/// <param name="Url">Its address.</param>
internal sealed record BundleEntry(int Index, EntryMethod Method, EntryUrl Url)
{
    /// <summary>The entry's identity within the Bundle, or null.</summary>
    public string? FullUrl { get; init; }

    /// <summary>The resource, where the entry has one.</summary>
    public ElementNode Resource { get; init; }

    /// <summary>What is wrong with the resource, where the entry's operation judges it.</summary>
    public IReadOnlyList<Issue> ResourceIssues { get; init; } = [];

    /// <summary>Criteria of a conditional create without a question mark; null if it is none.</summary>
    public string? IfNoneExist { get; init; }

    /// <summary>An ETag, or null.</summary>
    public string? IfMatch { get; init; }

    /// <summary>An ETag or <c>*</c>, or null.</summary>
    public string? IfNoneMatch { get; init; }

    /// <summary>An instant, or null.</summary>
    public string? IfModifiedSince { get; init; }

    /// <summary>The FHIRPath location, for issues.</summary>
    public string Expression => $"Bundle.entry[{Index}]";

    /// <summary>The location of the resource, for issues found in it.</summary>
    public string ResourceExpression => $"Bundle.entry[{Index}].resource";

    /// <summary>The resource type of the address, for entries that write.</summary>
    public string Type => Url.Route.Type!;

    /// <summary>True if the entry writes; operations don't, as far as the order of a transaction goes (R4 http.html#trules).</summary>
    public bool IsWrite => Method is not (EntryMethod.Get or EntryMethod.Head) && !Url.IsOperationOrSearch;

    /// <summary>True if the target is found by a search: conditional create, update, patch or delete.</summary>
    public bool IsConditional => IsWrite && (Method == EntryMethod.Post ? IfNoneExist is not null : Url.IsConditional);

    /// <summary>The criteria of a conditional entry.</summary>
    public string Criteria => Method == EntryMethod.Post ? IfNoneExist! : Url.Query;
}
