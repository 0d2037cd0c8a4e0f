// Validation as the host needs it: resources wherever they lie, issues with the places of the source, references read from the store.

using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;
using FhirHub.Validation;

namespace FhirHub.Server;

/// <summary>Validates resources of requests. Safe to use from several threads.</summary>
/// <param name="resources">Where definitions and codes come from.</param>
/// <param name="store">Where the targets of references are.</param>
/// <param name="baseUrls">The addresses of this server; absolute references below them are local.</param>
public sealed class ResourceValidation(IConformanceResources resources, IResourceStore store, IReadOnlyList<string> baseUrls)
{
    private readonly Validator _validator = new(resources);

    /// <summary>Everything that is wrong with the resource or worth to be said; lines and columns are those of the source.</summary>
    /// <param name="resource">The resource, parsed without errors.</param>
    /// <param name="source">The same resource as the client sent it: it may be part of a Bundle or Parameters, or have other references.</param>
    /// <param name="request">What to check it against.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async ValueTask<IReadOnlyList<Issue>> ValidateAsync(
        ElementNode resource, ElementNode source, ValidationRequest request, CancellationToken cancel)
    {
        // Rules look from an element to the resource at the root, so one that is part of another is read by itself.
        var own = resource.IsRoot ? resource : ResourceParser.ParseJson(resource.Json).Tree!.Root;
        var issues = await _validator.ValidateAsync(own, request, cancel);
        return own == source || issues.Count == 0 ? issues : [.. issues.Select(issue => IssuePlaces.In(source, issue))];
    }

    /// <summary>The canonical URLs among these that no StructureDefinition here has.</summary>
    public async ValueTask<IReadOnlyList<string>> FindUnknownAsync(IReadOnlyList<string> profiles, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(profiles);
        var scope = await resources.OpenAsync(cancel);
        var unknown = new List<string>();
        foreach (var profile in profiles)
        {
            if (await scope.FindAsync("StructureDefinition", profile, cancel) is null)
                unknown.Add(profile);
        }

        return unknown;
    }

    /// <summary>Names the state of definitions and codes: it is another one when any of them has changed.</summary>
    public async ValueTask<string> StateAsync(CancellationToken cancel) => (await resources.OpenAsync(cancel)).State;

    /// <summary>Reads targets from the store; what the scope does not grant is as if it were not there.</summary>
    public Func<string, CancellationToken, ValueTask<ResourceTree?>> ReaderFor(AccessScope scope) => async (reference, cancel) =>
    {
        var target = ReferenceTarget.Parse(reference, baseUrls, Schema.R4);
        if (target is not { Type: { } type, Id: { } id })
            return null;
        var key = new ResourceKey(type, id);
        var version = target.Version is { } number
            ? long.TryParse(number, out var asked) ? await store.ReadVersionAsync(scope, key, asked, cancel) : null
            : await store.ReadAsync(scope, key, cancel);
        return version is { IsDeleted: false } ? ResourceParser.ParseJson(version.Body.ToArray(version)).Tree : null;
    };
}
