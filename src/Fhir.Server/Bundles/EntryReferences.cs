// Which reference of a transaction means which resource (R4 bundle.html#references, http.html#trules).

using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>
/// The resources that a transaction's entries become, by the names under which the entries refer to each other: fullUrls and
/// search criteria.
/// </summary>
internal sealed class EntryReferences(string? baseUrl)
{
    private readonly Dictionary<string, (ResourceKey Key, bool IsCreated)> _byFullUrl = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _byCriteria = new(StringComparer.Ordinal);
    private bool _hasOtherThanUrn;

    /// <summary>True if nothing can be resolved, so that resources stay as they are.</summary>
    public bool IsEmpty => _byFullUrl.Count == 0 && _byCriteria.Count == 0;

    /// <summary>True if a URI of that start may be one of the names; most code systems need no lookup then.</summary>
    public bool MayName(ReadOnlySpan<byte> uri) => _byFullUrl.Count > 0 && (_hasOtherThanUrn || uri.StartsWith("urn:"u8));

    /// <summary>Says what an entry's fullUrl stands for.</summary>
    public void Add(string fullUrl, ResourceKey key, bool isCreated)
    {
        _byFullUrl[fullUrl] = (key, isCreated);
        _hasOtherThanUrn |= !fullUrl.StartsWith("urn:", StringComparison.Ordinal);
    }

    /// <summary>Says what a conditional reference (<c>Patient?identifier=…</c>) stands for.</summary>
    public void AddConditional(string reference, ResourceKey target) => _byCriteria[reference] = target.ToString();

    /// <summary>The base of a RESTful fullUrl (<c>http://a/fhir</c> of <c>http://a/fhir/Patient/1</c>), or null for a URN.</summary>
    public static string? BaseOf(string? fullUrl)
    {
        if (fullUrl is null || !fullUrl.StartsWith("http", StringComparison.Ordinal))
            return null;
        var id = fullUrl.LastIndexOf('/');
        var type = id > 0 ? fullUrl.LastIndexOf('/', id - 1) : -1;
        return type > 0 ? fullUrl[..type] : null;
    }

    /// <summary>What to write in place of a reference; false leaves it as it is.</summary>
    /// <param name="reference">The reference or URI, decoded.</param>
    /// <param name="sourceBase">The base of the fullUrl of the entry that holds it, or null.</param>
    /// <param name="replacement">A relative reference.</param>
    public bool TryResolve(ReadOnlySpan<char> reference, string? sourceBase, out string replacement)
    {
        replacement = "";
        if (reference.IsEmpty || reference[0] == '#')
            return false;
        if (_byCriteria.Count > 0 && _byCriteria.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(reference, out var found))
        {
            replacement = found;
            return true;
        }

        if (_byFullUrl.Count == 0)
            return false;
        if (TryFind(reference, sourceBase, out var target))
        {
            replacement = target.Key.ToString();
            return true;
        }

        // A part of a resource, or one version of it; the client's version numbers mean nothing here (R4 http.html#trules).
        var end = reference.IndexOf('#');
        if (end > 0 && TryFind(reference[..end], sourceBase, out target))
        {
            replacement = $"{target.Key}{reference[end..]}";
            return true;
        }

        end = reference.IndexOf("/_history/", StringComparison.Ordinal);
        if (end > 0 && TryFind(reference[..end], sourceBase, out target))
        {
            replacement = target.IsCreated ? $"{target.Key}/_history/1" : $"{target.Key}{reference[end..]}";
            return true;
        }

        return false;
    }

    private bool TryFind(ReadOnlySpan<char> reference, string? sourceBase, out (ResourceKey Key, bool IsCreated) target)
    {
        if (_byFullUrl.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(reference, out target))
            return true;
        if (!_hasOtherThanUrn || reference.Contains(':') || reference.Count('/') != 1)
            return false;
        return (sourceBase is not null && _byFullUrl.TryGetValue($"{sourceBase}/{reference}", out target))
            || (baseUrl is not null && _byFullUrl.TryGetValue($"{baseUrl}/{reference}", out target));
    }
}
