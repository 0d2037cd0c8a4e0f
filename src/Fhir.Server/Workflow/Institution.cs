// The institution that a reference of the workflow stands for: who asks, who is asked, who acts.

using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server.Workflow;

/// <summary>An institution or a part of one.</summary>
/// <param name="Key">The Organization that the reference leads to.</param>
/// <param name="Name">Its name, or its address where it has none.</param>
/// <param name="Tier">Its tier: its own, or that of the nearest organization above it; null if none of them has one.</param>
/// <param name="Within">The organization and those that it is part of within its tier.</param>
internal sealed record Institution(ResourceKey Key, string Name, string? Tier, IReadOnlySet<ResourceKey> Within)
{
    // A department of a ward of a hospital of a group: nobody nests deeper than this in earnest.
    private const int MostSteps = 8;

    /// <summary>The tier's place in the order of tiers, the lowest 0; -1 for none.</summary>
    public int Rank => Array.IndexOf(ExchangeCodes.Tiers, Tier);

    /// <summary>True if this is the other institution or a part of it.</summary>
    public bool BelongsTo(Institution other) => Within.Contains(other.Key);

    /// <summary>True if one of both is the other or a part of it.</summary>
    public bool IsOneWith(Institution other) => BelongsTo(other) || other.BelongsTo(this);

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>Finds the institution of an Organization, a PractitionerRole or a HealthcareService.</summary>
    /// <param name="state">Where they are read.</param>
    /// <param name="reference">The reference.</param>
    /// <param name="at">The resource that holds it.</param>
    /// <param name="expression">Its place there.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="WorkflowException">It leads to no institution that is known here.</exception>
    public static async ValueTask<Institution> OfAsync(
        PendingState state, ElementNode reference, ResourceKey at, string expression, CancellationToken cancel)
    {
        var key = state.TargetOf(reference)
            ?? throw WorkflowException.Of(at, expression, WorkflowMessages.ReferenceMissing, expression, "Organization, PractitionerRole");
        if (await state.AfterAsync(key, cancel) is not { Exists: true } target)
            throw WorkflowException.Of(at, expression, WorkflowMessages.ReferenceUnresolved, expression, key.ToString());
        var link = key.Type switch
        {
            "Organization" => null,
            "PractitionerRole" => "organization",
            "HealthcareService" => "providedBy",
            _ => throw WorkflowException.Of(at, expression, WorkflowMessages.ReferenceMissing, expression, "Organization, PractitionerRole"),
        };
        if (link is null)
            return await OfAsync(state, key, target, cancel);
        var organization = state.TargetOf(target.Child(link));
        return organization is { Type: "Organization" } found && await state.AfterAsync(found, cancel) is { Exists: true } resource
            ? await OfAsync(state, found, resource, cancel)
            : throw WorkflowException.Of(at, expression, WorkflowMessages.NoOrganization, expression, key.ToString(), $"{key.Type}.{link}");
    }

    /// <summary>Finds the institution in whose name a client acts; null if it acts for none that is known here.</summary>
    public static async ValueTask<Institution?> OfAsync(PendingState state, AccessSubject subject, CancellationToken cancel) =>
        subject.Organization is ['O', 'r', 'g', 'a', 'n', 'i', 'z', 'a', 't', 'i', 'o', 'n', '/', .. var id]
        && new ResourceKey("Organization", id) is var key && await state.AfterAsync(key, cancel) is { Exists: true } organization
            ? await OfAsync(state, key, organization, cancel)
            : null;

    // A township's centre may be "part of" the county's hospital that guides it, and is not the hospital for that. So being part of
    // something ends where the tier does.
    private static async ValueTask<Institution> OfAsync(PendingState state, ResourceKey key, ElementNode organization, CancellationToken cancel)
    {
        var within = new HashSet<ResourceKey>();
        var name = organization.ChildValue("name") is { Length: > 0 } given ? $"{given} ({key})" : key.ToString();
        string? tier = null;
        var (at, here) = (key, organization);
        for (var steps = 0; steps <= MostSteps && here.Exists; steps++)
        {
            var own = Elements.CodeOf(here.ChildrenOf("type"), ExchangeCodes.Tier);
            if ((own is not null && tier is not null && own != tier) || !within.Add(at))
                break;
            tier ??= own;
            if (state.TargetOf(here.Child("partOf")) is not { Type: "Organization" } parent)
                break;
            (at, here) = (parent, await state.AfterAsync(parent, cancel));
        }

        return new Institution(key, name, tier, within);
    }
}
