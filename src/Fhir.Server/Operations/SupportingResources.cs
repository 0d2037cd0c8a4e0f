// What stands behind the members of a record: practitioners, organizations, places, medications, devices, and what those need.

using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>
/// Follows the references of members out of the compartment (R4 patient-operation-everything.html: "any resource referenced from
/// those"). What is in some patient's compartment is not followed: it is a member itself, or another patient's business. An
/// encounter's record also lists what its members refer to in the same patient's compartment.
/// </summary>
internal sealed class SupportingResources(FhirCall call, RecordSet records, EverythingRequest request, HashSet<ResourceKey> listedBefore)
{
    // A chain of references out of a record is short; a ring of organizations ends because each is looked at once.
    private const int MaxResources = 100_000;
    private const int TargetsAtOnce = 50;

    private readonly LiteralReferences _references = new([call.BaseUrl, .. call.Server.Options.BaseUrls]);
    private readonly HashSet<ResourceKey> _seen = [];
    private readonly Queue<ElementNode> _waiting = new();
    private HashSet<string>? _patients;

    /// <summary>What is to be listed, in the order in which it was found.</summary>
    public List<StoredVersion> Found { get; } = [];

    /// <summary>Adds what a member refers to.</summary>
    public async Task AddAsync(ResourceKey key, ElementNode member, CancellationToken cancel)
    {
        _seen.Add(key);
        if (records.CompartmentType != "Patient")
            (_patients ??= []).UnionWith(RecordSet.PatientsOf(call.Server, member));
        _waiting.Enqueue(member);
        await FollowAsync(cancel);
    }

    /// <summary>Adds the Provenance of members, which is in a compartment only where it names the patient.</summary>
    public async Task AddProvenanceAsync(IReadOnlyList<ResourceKey> members, CancellationToken cancel)
    {
        if (request.Types.Count > 0 && !request.Types.Contains("Provenance"))
            return;
        var target = call.Server.SearchParameters.Find("Provenance", "target")!;
        foreach (var keys in members.Chunk(TargetsAtOnce))
        {
            var query = new SearchQuery
            {
                ResourceTypes = ["Provenance"],
                Expression = new SearchExpression.Or([.. keys.Select(k => new SearchExpression.Parameter(target, new ReferencePredicate(k.Type, k.Id, null)))]),
                Count = call.Server.Options.Limits.MaxPageSize,
            };
            await foreach (var version in call.Server.Store.MatchesAsync(call.Scope, query, cancel))
            {
                if (_seen.Add(version.Key))
                    await AddTargetAsync(version.Key, cancel);
            }
        }

        await FollowAsync(cancel);
    }

    private async Task FollowAsync(CancellationToken cancel)
    {
        while (_waiting.TryDequeue(out var resource))
        {
            foreach (var target in _references.Of(resource))
            {
                if (!_seen.Add(target))
                    continue;
                if (_seen.Count > MaxResources)
                    throw new RefusedException(400, "too-costly", $"The page refers to more than {MaxResources:N0} resources; ask for a smaller one with _count.");
                await AddTargetAsync(target, cancel);
            }
        }
    }

    private async Task AddTargetAsync(ResourceKey key, CancellationToken cancel)
    {
        if (await call.Server.Store.ReadAsync(call.Scope, key, cancel) is not { IsDeleted: false } version)
            return;
        var root = call.Server.Repository.Preparer.Read(version).Root;
        var patients = CompartmentRules.MayHold("Patient", key.Type) ? RecordSet.PatientsOf(call.Server, root).ToList() : [];
        if (patients.Count > 0)
        {
            if (_patients is null || !patients.Any(_patients.Contains) || IsMember(key, root))
                return;

            // Of the patient it is the person's own references that are needed: whose patient, at which organization.
            if (key.Type == "Patient")
                _waiting.Enqueue(root);
        }
        else
        {
            _waiting.Enqueue(root);
        }

        if (request.Shows(version) && !listedBefore.Contains(key))
            Found.Add(version);
    }

    // A member of an encounter's record is listed as such, on whatever page.
    private bool IsMember(ResourceKey key, ElementNode root)
    {
        if (key.Type == records.CompartmentType && key.Id == call.Route.Id)
            return true;
        return CompartmentRules.Parameters(records.CompartmentType, key.Type) is { } codes
            && call.Server.Repository.Preparer.Prepare(root, key.Type).Resource is { } prepared
            && prepared.Entries.OfType<ReferenceEntry>().Any(e =>
                e.Type == records.CompartmentType && e.Id == call.Route.Id && codes.Contains(e.Parameter.Code));
    }
}
