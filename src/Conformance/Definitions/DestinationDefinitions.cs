// Definitions of a run that has not all at hand: what is given goes first, then R4, then the server under test is asked.

using FhirHub.Model;
using FhirHub.Terminology;

namespace FhirHub.Conformance;

/// <summary>The definitions that a run was given, and those of the server under test. For one run.</summary>
internal static class DestinationDefinitions
{
    /// <summary>The definitions together.</summary>
    /// <param name="given">What the run was given, at one moment.</param>
    /// <param name="lookup">The server.</param>
    /// <param name="profiles">Profiles that were read already, such as one that a script contains.</param>
    public static IConformanceResources Over(IConformanceScope given, DestinationLookup lookup, IEnumerable<ResourceTree> profiles) => new LocalConformanceResources(
        new TerminologyLibrary([new GivenTerminologySource("script", profiles), new Source(given, lookup), new R4TerminologySource()], [new StandardSystems()]));

    // Nothing changes while a run lasts, as far as it cares: its state is always the same.
    private sealed class Source(IConformanceScope given, DestinationLookup lookup) : ITerminologySource
    {
        public ValueTask<string> StateAsync(CancellationToken cancel) => ValueTask.FromResult("");

        public async ValueTask<IReadOnlyList<TerminologyEntry>> FindAsync(string resourceType, string url, CancellationToken cancel)
        {
            if (await given.FindAsync(resourceType, url, cancel) is { } known)
                return [TerminologyEntry.Of(known, $"given|{resourceType}|{url}")];

            // What R4 has is R4's; and names such as urn:oid:… are further ones of code systems, which are found by their URL.
            if (resourceType is not ("StructureDefinition" or "ValueSet" or "CodeSystem") || url.StartsWith("urn:", StringComparison.Ordinal) || R4Definitions.Find(resourceType, url) is not null)
                return [];
            var found = await lookup.FindAsync(resourceType, url, cancel);
            return [.. found.Select((resource, index) => TerminologyEntry.Of(resource, $"found|{resourceType}|{url}|{index}"))];
        }

        public ValueTask<IReadOnlyList<TerminologyEntry>> SupplementsAsync(string url, CancellationToken cancel) => ValueTask.FromResult<IReadOnlyList<TerminologyEntry>>([]);

        public ValueTask<IReadOnlyList<CanonicalName>> ListAsync(string resourceType, CancellationToken cancel) => ValueTask.FromResult<IReadOnlyList<CanonicalName>>([]);
    }
}
