// The one place where a parsed resource becomes what the store keeps: rules of writing, body, index entries, references.

using FhirHub.Model;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>A resource made ready for a commit, or the refusal.</summary>
/// <param name="Resource">The content; null if refused.</param>
/// <param name="Refusal">Why it must not be stored; null if it may.</param>
/// <param name="Issues">Warnings that go with a success.</param>
public sealed record Preparation(PreparedResource? Resource, InteractionResult? Refusal, IReadOnlyList<Issue> Issues);

/// <summary>Prepares resources for the store. Safe to use from many threads.</summary>
public sealed class ResourcePreparer(SearchParameterSet searchParameters)
{
    /// <summary>The tree of a stored version.</summary>
    public ResourceTree Read(StoredVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        return ResourceParser.ParseJson(version.Body.ToArray(version)).Tree
            ?? throw new InvalidDataException($"The stored version {version.Version} of {version.Key} can't be read.");
    }

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
                400, "invalid", $"The resource is a {resource.Type.Name}, but it was sent to {type}; they must be the same.", resource.Type.Name));
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

    private static Preparation Refused(InteractionResult refusal) => new(null, refusal, []);
}
