// Where code systems and value sets come from: the R4 definitions, and whatever else the host knows of.

using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>A CodeSystem or ValueSet as a source has it.</summary>
/// <param name="Resource">The resource.</param>
/// <param name="Stamp">
/// Names this very content: two resources of one stamp are the same to the byte, so what is worked out of one holds for good.
/// </param>
public sealed record TerminologyResource(ResourceTree Resource, string Stamp)
{
    /// <summary>The business version, or null.</summary>
    public string? Version => Resource.Root.ChildValue("version");
}

/// <summary>A place that has CodeSystems and ValueSets.</summary>
public interface ITerminologySource
{
    /// <summary>
    /// A text that differs whenever a CodeSystem or ValueSet of the source was added, changed or removed since. It is asked for
    /// before each answer from memory, so it must be cheap.
    /// </summary>
    ValueTask<string> StateAsync(CancellationToken cancel);

    /// <summary>
    /// The resource of that type and canonical URL; without a version, the latest (<see cref="BusinessVersion"/>). CodeSystems that
    /// are supplements of others don't count.
    /// </summary>
    /// <param name="resourceType"><c>CodeSystem</c> or <c>ValueSet</c>.</param>
    /// <param name="url">The URL without a version.</param>
    /// <param name="version">The version, or null.</param>
    /// <param name="cancel">Ends the wait.</param>
    ValueTask<TerminologyResource?> FindAsync(string resourceType, string url, string? version, CancellationToken cancel);
}

/// <summary>The code systems and value sets of R4 itself.</summary>
public sealed class R4TerminologySource : ITerminologySource
{
    /// <inheritdoc/>
    public ValueTask<string> StateAsync(CancellationToken cancel) => ValueTask.FromResult("");

    /// <inheritdoc/>
    public ValueTask<TerminologyResource?> FindAsync(string resourceType, string url, string? version, CancellationToken cancel)
    {
        TerminologyResource? found = null;
        if (R4Definitions.Find(resourceType, url) is { } json
            && ResourceParser.ParseJson(json).Tree is { } tree
            && (version is null || tree.Root.ChildValue("version") == version)
            && tree.Root.ChildValue("content") != "supplement")
        {
            found = new TerminologyResource(tree, $"r4|{url}");
        }

        return ValueTask.FromResult(found);
    }
}
