// The one place where a parsed resource becomes what the store keeps: rules of writing, body, index entries, references.

using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>A resource made ready for a commit, or the refusal.</summary>
/// <param name="Resource">The content; null if refused.</param>
/// <param name="Refusal">Why it must not be stored; null if it may.</param>
/// <param name="Issues">Warnings that go with a success.</param>
public sealed record Preparation(PreparedResource? Resource, InteractionResult? Refusal, IReadOnlyList<Issue> Issues);

/// <summary>Where a resource that is to be written comes from.</summary>
/// <param name="Scope">What the client may see, for what the resource refers to.</param>
public readonly record struct WriteSource(AccessScope Scope)
{
    /// <summary>The resource as it was sent, where it lies in a Bundle; default if it was sent by itself or made here.</summary>
    public ElementNode Sent { get; init; }

    /// <summary>Reads what is written in the same transaction; null outside of one.</summary>
    public Func<string, ResourceTree?>? Sibling { get; init; }
}

/// <summary>Prepares resources for the store. Safe to use from many threads.</summary>
/// <param name="searchParameters">What is indexed.</param>
/// <param name="rules">What a resource must meet to be written; null for no more than the structure, which the parser has seen to.</param>
public sealed class ResourcePreparer(SearchParameterSet searchParameters, WriteRules? rules = null)
{
    /// <summary>The tree of a stored version.</summary>
    public ResourceTree Read(StoredVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        return ResourceParser.ParseJson(version.Body.ToArray(version)).Tree
            ?? throw new InvalidDataException($"The stored version {version.Version} of {version.Key} can't be read.");
    }

    /// <summary>Checks all that a resource must meet to be written, and makes the stored form.</summary>
    /// <param name="resource">A resource that was parsed without errors.</param>
    /// <param name="type">The resource type that the address or entry names.</param>
    /// <param name="source">Where it comes from.</param>
    /// <param name="cancel">Ends the wait.</param>
    public ValueTask<Preparation> PrepareAsync(ElementNode resource, string type, WriteSource source, CancellationToken cancel) =>
        rules is null || resource.Type.Name != type
            ? new ValueTask<Preparation>(Prepare(resource, type))
            : PrepareValidAsync(resource, type, source, cancel);

    /// <summary>Checks what a schema can't and makes the stored form.</summary>
    /// <param name="tree">A resource that was parsed without errors.</param>
    /// <param name="type">The resource type that the address or entry names.</param>
    public Preparation Prepare(ResourceTree tree, string type) => Prepare(tree.Root, type);

    /// <summary>The same for a resource within a Bundle or Parameters.</summary>
    public Preparation Prepare(ElementNode resource, string type)
    {
        if (resource.Type.Name != type)
        {
            return Refused(InteractionResult.Refused(
                400, "invalid", RepositoryMessages.WrongType, resource.Type.Name, type).At(resource.Type.Name));
        }

        var issues = ReferenceRules.Check(resource);
        if (issues.Count > 0)
            return Refused(InteractionResult.Refused(422, issues));
        var definitions = searchParameters.Current;
        var (entries, references) = definitions.Extractor.Extract(resource);
        return new Preparation(
            new PreparedResource(ResourceBody.From(resource), entries, references)
            {
                Contained = definitions.Extractor.ExtractContained(resource),
                Generation = definitions.Generation,
            },
            null,
            []);
    }

    private async ValueTask<Preparation> PrepareValidAsync(ElementNode resource, string type, WriteSource source, CancellationToken cancel)
    {
        var issues = await rules!.CheckAsync(resource, source, cancel);
        if (WriteRules.Forbids(issues))
            return Refused(InteractionResult.Refused(422, issues));
        var prepared = Prepare(resource, type);
        return prepared.Resource is null ? prepared : prepared with { Issues = issues };
    }

    private static Preparation Refused(InteractionResult refusal) => new(null, refusal, []);
}
