// Where terminology comes from: resources (the R4 definitions, and what the host stores) and code systems that are no resources.

using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>
/// A CodeSystem, ValueSet, ConceptMap or NamingSystem that a source has: enough to choose among versions, without the resource.
/// </summary>
public sealed class TerminologyEntry
{
    private readonly Func<CancellationToken, ValueTask<ResourceTree>> _read;

    private TerminologyEntry(string resourceType, string url, string stamp, Func<CancellationToken, ValueTask<ResourceTree>> read)
    {
        ResourceType = resourceType;
        Url = url;
        Stamp = stamp;
        _read = read;
    }

    /// <summary>The resource type.</summary>
    public string ResourceType { get; }

    /// <summary>The canonical URL.</summary>
    public string Url { get; }

    /// <summary>
    /// Names this very content: two resources of one stamp are the same to the byte, so what is worked out of one holds for good.
    /// </summary>
    public string Stamp { get; }

    /// <summary>The business version, or null.</summary>
    public string? Version { get; private init; }

    /// <summary>The day of this version (<c>date</c>), or null.</summary>
    public string? Date { get; private init; }

    /// <summary>How its versions compare, or null.</summary>
    public string? VersionAlgorithm { get; private init; }

    /// <summary>
    /// Further names of the code system that a CodeSystem or NamingSystem is about: URNs of its identifiers, URIs of its unique ids.
    /// </summary>
    public IReadOnlyList<string> OtherNames { get; private init; } = [];

    /// <summary><c>CodeSystem.content</c>, or null.</summary>
    public string? Content { get; private init; }

    /// <summary><c>CodeSystem.supplements</c>, or null.</summary>
    public string? Supplements { get; private init; }

    /// <summary><c>CodeSystem.valueSet</c>, or null.</summary>
    public string? ValueSet { get; private init; }

    /// <summary>The entry of a resource; <paramref name="read"/> reads it again when it is asked for.</summary>
    public static TerminologyEntry Of(ElementNode resource, string stamp, Func<CancellationToken, ValueTask<ResourceTree>> read)
    {
        ArgumentNullException.ThrowIfNull(stamp);
        ArgumentNullException.ThrowIfNull(read);
        var isCodeSystem = resource.Type.Name == "CodeSystem";
        return new TerminologyEntry(resource.Type.Name, resource.ChildValue("url") ?? "", stamp, read)
        {
            Version = resource.ChildValue("version"),
            Date = resource.ChildValue("date"),
            VersionAlgorithm = CodeSystemHeader.VersionAlgorithmOf(resource),
            OtherNames = SystemNames.Read(resource),
            Content = isCodeSystem ? resource.ChildValue("content") : null,
            Supplements = isCodeSystem ? resource.ChildValue("supplements") : null,
            ValueSet = isCodeSystem ? resource.ChildValue("valueSet") : null,
        };
    }

    /// <summary>The entry of a resource that stays in memory.</summary>
    public static TerminologyEntry Of(ResourceTree resource, string stamp)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return Of(resource.Root, stamp, _ => ValueTask.FromResult(resource));
    }

    /// <summary>True if that is its canonical URL or another of its names.</summary>
    public bool IsNamed(string name) => Url == name || OtherNames.Contains(name, StringComparer.Ordinal);

    /// <summary>A name of a code system as <c>NamingSystem.uniqueId.value</c> may have it: an object identifier without <c>urn:oid:</c>.</summary>
    public static string UniqueId(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return SystemNames.Plain(name);
    }

    /// <summary>The resource.</summary>
    public ValueTask<ResourceTree> ReadAsync(CancellationToken cancel) => _read(cancel);
}

/// <summary>A resource's name, without the resource.</summary>
/// <param name="Url">The canonical URL.</param>
/// <param name="Version">The business version, or null.</param>
public sealed record CanonicalName(string Url, string? Version)
{
    /// <summary>The value set of all codes of a code system (R4 <c>CodeSystem.valueSet</c>), where no resource defines it; or null.</summary>
    public string? ValueSet { get; init; }

    /// <summary><c>CodeSystem.content</c>; null for other resources.</summary>
    public string? Content { get; init; }
}

/// <summary>A place that has CodeSystems, ValueSets, ConceptMaps and NamingSystems.</summary>
public interface ITerminologySource
{
    /// <summary>
    /// A text that differs whenever one of them was added, changed or removed since. It is asked for once in each request, so it must
    /// be cheap.
    /// </summary>
    ValueTask<string> StateAsync(CancellationToken cancel);

    /// <summary>
    /// All versions of a canonical URL, in any order; CodeSystems that are supplements are among them. CodeSystems and NamingSystems
    /// are found by their other names too (<see cref="TerminologyEntry.OtherNames"/>).
    /// </summary>
    /// <param name="resourceType"><c>CodeSystem</c>, <c>ValueSet</c>, <c>ConceptMap</c> or <c>NamingSystem</c>.</param>
    /// <param name="url">The URL without a version.</param>
    /// <param name="cancel">Ends the wait.</param>
    ValueTask<IReadOnlyList<TerminologyEntry>> FindAsync(string resourceType, string url, CancellationToken cancel);

    /// <summary>The CodeSystems that supplement the code system of that URL, in any version of it.</summary>
    ValueTask<IReadOnlyList<TerminologyEntry>> SupplementsAsync(string url, CancellationToken cancel);

    /// <summary>The names of all resources of a type.</summary>
    ValueTask<IReadOnlyList<CanonicalName>> ListAsync(string resourceType, CancellationToken cancel);
}

/// <summary>A place that has code systems as they are: imported tables, grammars, lists that the standard only points to.</summary>
public interface ICodeSystemSource
{
    /// <summary>A text that differs whenever one was added, changed or removed since. Asked for once in each request.</summary>
    string State { get; }

    /// <summary>All versions of a code system, in any order.</summary>
    IReadOnlyList<CodeSystem> Find(string url);

    /// <summary>All code systems, by their headers.</summary>
    IReadOnlyList<CodeSystemHeader> List();
}
