// What validation asks about definitions and codes, answered from the terminology library.

using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>The seam of validation over a <see cref="TerminologyLibrary"/>. Safe to use from several threads.</summary>
public sealed class LocalConformanceResources(TerminologyLibrary library) : IConformanceResources
{
    /// <inheritdoc/>
    public async ValueTask<IConformanceScope> OpenAsync(CancellationToken cancel) => new LocalConformanceScope(await library.OpenAsync(null, cancel));
}

/// <summary>Definitions and codes in one state of the library's sources. Not safe to use from several threads.</summary>
internal sealed class LocalConformanceScope(TerminologyScope scope) : IConformanceScope
{
    public string State => scope.State;

    public async ValueTask<ResourceTree?> FindAsync(string resourceType, string canonical, CancellationToken cancel) =>
        (await scope.ResourceAsync(resourceType, canonical, cancel))?.Resource;

    public async ValueTask<IOpenValueSet> OpenValueSetAsync(string canonical, CancellationToken cancel)
    {
        ArgumentException.ThrowIfNullOrEmpty(canonical);
        return await OpenValueSet.OpenAsync(scope, await scope.ContentAsync(canonical, cancel), cancel);
    }

    public async ValueTask<IOpenCodeSystem?> OpenCodeSystemAsync(string system, string? version, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(system);
        var resolution = await scope.ResolveCodeSystemAsync(system, version, cancel);
        if (resolution.System is { } codeSystem)
            return new OpenCodeSystem(codeSystem, await scope.KnownSupplementsAsync(codeSystem, cancel));

        // Of these nobody expects that the codes are at hand, so that they are missing is not worth a word with each of them.
        var isKnownByName = resolution.IsKnown ? !await HasContentAsync(system, version, cancel) : (await scope.SystemNamesAsync(system, cancel)).Any(SystemNames.IsKnown);
        return isKnownByName ? new NamedCodeSystem(CodingCheck.Canonical(resolution.Url, version)) : null;
    }

    private async ValueTask<bool> HasContentAsync(string system, string? version, CancellationToken cancel) =>
        version is not null && await scope.CodeSystemAsync(system, null, cancel) is not null;
}
