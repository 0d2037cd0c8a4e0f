// The plan of a transaction: which entry is about which resource, that no two are about the same, and the order of the writes.

using System.Globalization;
using FhirHub.Model;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>An entry that writes, with the resources that it is about (several only for a conditional delete of many).</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Targets">What it is about; one with an answer if there is nothing to write.</param>
internal sealed record PlannedEntry(BundleEntry Entry, IReadOnlyList<WriteTarget> Targets)
{
    /// <summary>The answer where nothing is written: <c>If-None-Exist</c> that found a resource, a delete that found none.</summary>
    public InteractionResult? Answer => Targets[0].Answer;

    /// <summary>The resource, for entries that have exactly one.</summary>
    public ResourceKey Key => Targets[0].Key;
}

/// <summary>A transaction's writes in the order of R4 http.html#trules: DELETE, POST, PUT and PATCH.</summary>
/// <param name="Entries">The writes in that order.</param>
/// <param name="Refusal">Not null if the transaction must fail.</param>
internal sealed record TransactionPlan(IReadOnlyList<PlannedEntry> Entries, InteractionResult? Refusal)
{
    /// <summary>Plans the writes of a transaction.</summary>
    /// <param name="planned">The writing entries with their targets, in the Bundle's order.</param>
    public static TransactionPlan Create(IReadOnlyList<PlannedEntry> planned)
    {
        foreach (var entry in planned)
        {
            if (entry.Answer is { IsSuccess: false } refusal)
                return new TransactionPlan([], At(entry.Entry, refusal));
        }

        if (FindOverlap(planned) is { } overlap)
            return new TransactionPlan([], overlap);
        return new TransactionPlan([.. planned.OrderBy(p => Rank(p.Entry.Method))], null);
    }

    /// <summary>What the entries may call each other, for the references in their resources.</summary>
    public EntryReferences References(string? baseUrl)
    {
        var references = new EntryReferences(baseUrl);
        foreach (var planned in Entries)
        {
            if (planned.Entry.Method == EntryMethod.Delete)
                continue;
            var isCreated = planned.Entry.Method == EntryMethod.Post && planned.Answer is null;
            if (planned.Entry.FullUrl is { } fullUrl)
                references.Add(fullUrl, planned.Key, isCreated);

            // The resource that a conditional create or update makes is found by its own criteria too, before the store knows it.
            if (planned.Entry.IsConditional)
                references.AddConditional($"{planned.Key.Type}?{planned.Entry.Criteria}", planned.Key);
        }

        return references;
    }

    /// <summary>An entry's refusal as that of the whole transaction: each expression leads to the entry.</summary>
    public static InteractionResult At(BundleEntry entry, InteractionResult refusal) =>
        refusal with { Issues = [.. refusal.Issues.Select(i => i with { Expression = Locate(entry, i.Expression) })] };

    // "Patient.name[0]" of the entry's resource is "Bundle.entry[3].resource.name[0]" of the request.
    private static string Locate(BundleEntry entry, string? expression)
    {
        if (expression is null || !entry.Resource.Exists)
            return entry.Expression;
        if (expression.StartsWith("Bundle.entry[", StringComparison.Ordinal))
            return expression;
        var type = entry.Resource.Type.Name;
        if (!expression.StartsWith(type, StringComparison.Ordinal) || (expression.Length > type.Length && expression[type.Length] != '.'))
            return entry.Expression;
        return entry.ResourceExpression + expression[type.Length..];
    }

    // R4 http.html#trules: if any resource identities overlap, resolved ones of conditional interactions included, the
    // transaction fails. Equal criteria that find nothing would make two resources where one is meant, so they overlap too.
    private static InteractionResult? FindOverlap(IReadOnlyList<PlannedEntry> planned)
    {
        var byKey = new Dictionary<ResourceKey, int>();
        var byCriteria = new Dictionary<(string, string), int>();
        foreach (var (entry, targets) in planned)
        {
            foreach (var target in targets)
            {
                if (target.Key.Id.Length > 0 && !byKey.TryAdd(target.Key, entry.Index))
                    return Overlap(entry, byKey[target.Key], BundleMessages.SameResource, target.Key.ToString());
            }

            if (entry.IsConditional && !byCriteria.TryAdd((entry.Type, entry.Criteria), entry.Index))
                return Overlap(entry, byCriteria[(entry.Type, entry.Criteria)], BundleMessages.SameCriteria, $"{entry.Type}?{entry.Criteria}");
        }

        return null;
    }

    private static InteractionResult Overlap(BundleEntry entry, int other, MessageTemplate template, string what) =>
        InteractionResult.Refused(400, "duplicate", template, other.ToString(CultureInfo.InvariantCulture), what).At(entry.Expression);

    private static int Rank(EntryMethod method) => method switch
    {
        EntryMethod.Delete => 0,
        EntryMethod.Post => 1,
        _ => 2,
    };
}
