// Reads profiles and what they stand on, and makes plans of them.

using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>
/// Definitions that are read together. Their trees are large and are dropped with this; only plans are kept.
/// </summary>
internal sealed class DefinitionReader(IConformanceScope scope, ValidationSettings settings)
{
    private readonly Dictionary<string, ResourceTree?> _definitions = new(StringComparer.Ordinal);

    /// <summary>The plan of a profile, or why there is none.</summary>
    public async ValueTask<Known<ProfilePlan>> PlanAsync(string canonical, SharedRules rules, CancellationToken cancel)
    {
        if (await scope.FindAsync("StructureDefinition", canonical, cancel) is not { } definition)
            return default;
        try
        {
            return new Known<ProfilePlan>(ProfilePlan.Compile(await OpenAsync(definition, canonical, cancel), rules), null);
        }
        catch (SnapshotException e)
        {
            return new Known<ProfilePlan>(null, e.Message);
        }
    }

    // The generator can't wait, so definitions that it lacks are read and the generation made again, as a walk is.
    private async ValueTask<Snapshot> OpenAsync(ResourceTree definition, string canonical, CancellationToken cancel)
    {
        var read = 0;
        while (true)
        {
            var lacking = new HashSet<string>(StringComparer.Ordinal);
            var generator = new SnapshotGenerator(
                url =>
                {
                    if (_definitions.TryGetValue(url, out var known))
                        return known;
                    lacking.Add(url);
                    return null;
                },
                settings.Snapshots);
            try
            {
                var snapshot = generator.Open(definition);
                if (lacking.Count == 0)
                    return snapshot;
            }
            catch (SnapshotException) when (lacking.Count > 0)
            {
                // Told again by the next attempt, if reading them does not help.
            }

            read += lacking.Count;
            if (read > settings.MaxNeeds)
                throw new SnapshotException(canonical, null, $"It stands on more than {settings.MaxNeeds:N0} definitions; use fewer.");
            foreach (var url in lacking)
                _definitions[url] = await scope.FindAsync("StructureDefinition", url, cancel);
        }
    }
}
