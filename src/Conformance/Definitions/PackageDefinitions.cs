// The definitions that a run brings with it: R4, and packages beside it.

using FhirHub.Model;
using FhirHub.Terminology;

namespace FhirHub.Conformance;

/// <summary>R4's definitions and code systems with those of packages, for <c>validateProfileId</c>. Safe to use from several threads.</summary>
public sealed class PackageDefinitions : IConformanceResources
{
    private readonly LocalConformanceResources _resources;

    /// <summary>R4 and these.</summary>
    /// <param name="given">Conformance resources of packages; of one canonical in several versions the latest counts where none is asked for.</param>
    public PackageDefinitions(IEnumerable<ResourceTree> given) => _resources = new LocalConformanceResources(
        new TerminologyLibrary([new GivenTerminologySource("packages", given), new R4TerminologySource()], [new StandardSystems()]));

    /// <inheritdoc/>
    public ValueTask<IConformanceScope> OpenAsync(CancellationToken cancel) => _resources.OpenAsync(cancel);
}
