// The modes of $validate: what create, update and delete would refuse beside what is wrong with the resource itself.

using System.Globalization;
using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>Checks interactions without doing them (R4 valueset-resource-validation-mode.html).</summary>
internal static class ValidationModes
{
    /// <summary>What create or update would refuse, and what it would do.</summary>
    /// <param name="call">The request.</param>
    /// <param name="tree">The resource.</param>
    /// <param name="source">The resource as it was sent.</param>
    /// <param name="mode"><c>create</c> or <c>update</c>.</param>
    /// <param name="known">What is said already.</param>
    /// <param name="cancel">Ends the wait.</param>
    public static async ValueTask<List<Issue>> CheckWriteAsync(
        FhirCall call, ResourceTree tree, ElementNode source, string mode, IReadOnlyList<Issue> known, CancellationToken cancel)
    {
        var issues = new List<Issue>();
        var letter = mode == "create" ? AccessLetter.Create : await CheckUpdateAsync(call, tree, issues, cancel);
        if (mode == "create" && tree.Id is { } id)
            issues.Add(Issue.Of(IssueSeverity.Information, "informational", ValidationMessages.IdIgnored, id, tree.ResourceType) with { Expression = $"{tree.ResourceType}.id" });
        if (call.Scope.FilterFor(tree.ResourceType, letter) is SearchExpression.None)
            issues.Add(Issue.Of(IssueSeverity.Error, "forbidden", RepositoryMessages.NotGranted));
        if (call.Server.WriteRules is { } rules)
            issues.AddRange(await rules.CheckAsync(tree.Root, new WriteSource(call.Scope) { Sent = source }, cancel));
        var prepared = call.Server.Repository.Preparer.Prepare(tree, tree.ResourceType);
        issues.AddRange(prepared.Refusal?.Issues ?? []);
        if (prepared.Resource is { } resource)
            issues.AddRange(await CheckReferencesAsync(call, resource, cancel));

        var told = known.Select(static issue => (issue.Expression, issue.Diagnostics)).ToHashSet();
        var at = known.Where(static issue => issue.Severity is IssueSeverity.Error or IssueSeverity.Fatal).Select(static issue => issue.Expression).ToHashSet();
        var isRefused = prepared.Refusal?.Issues.ToHashSet() ?? [];
        return [.. issues
            .Where(issue => !told.Contains((issue.Expression, issue.Diagnostics)) && !(isRefused.Contains(issue) && at.Contains(issue.Expression)))
            .Select(issue => issue is { Line: 0, Expression: not null } ? IssuePlaces.In(source, issue) : issue)];
    }

    /// <summary>What a delete would refuse, and what it would do.</summary>
    public static async ValueTask<List<Issue>> CheckDeleteAsync(FhirCall call, CancellationToken cancel)
    {
        if (call.Scope.FilterFor(call.Key.Type, AccessLetter.Delete) is SearchExpression.None)
            return [Issue.Of(IssueSeverity.Error, "forbidden", RepositoryMessages.NotGranted)];
        if (await call.Server.Store.ReadAsync(call.Scope, call.Key, cancel) is not { IsDeleted: false })
            return [Issue.Of(IssueSeverity.Information, "informational", ValidationMessages.NothingToDelete, call.Key.ToString())];
        if (call.Server.Options.Integrity == IntegrityMode.Enforce && await ReferrersAsync(call, cancel) is { Count: > 0 } referrers)
            return [Issue.Of(IssueSeverity.Error, "conflict", ValidationMessages.StillReferenced, call.Key.ToString(), string.Join(", ", referrers))];
        return [Issue.Of(IssueSeverity.Information, "informational", ValidationMessages.DeletePossible, call.Key.ToString())];
    }

    private static async ValueTask<AccessLetter> CheckUpdateAsync(FhirCall call, ResourceTree tree, List<Issue> issues, CancellationToken cancel)
    {
        if (ResourceRepository.CheckId(tree, call.Key) is { } refusal)
            issues.AddRange(refusal.Issues);
        if (await call.Server.Store.ReadAsync(call.Scope, call.Key, cancel) is { IsDeleted: false })
            return AccessLetter.Update;
        issues.Add(Issue.Of(IssueSeverity.Information, "informational", ValidationMessages.UpdateCreates, call.Key.ToString()));
        return AccessLetter.Create;
    }

    private static async ValueTask<List<Issue>> CheckReferencesAsync(FhirCall call, PreparedResource resource, CancellationToken cancel)
    {
        var issues = new List<Issue>();
        if (call.Server.Options.Integrity == IntegrityMode.Off)
            return issues;
        var severity = call.Server.Options.Integrity == IntegrityMode.Enforce ? IssueSeverity.Error : IssueSeverity.Warning;
        foreach (var reference in resource.References)
        {
            var target = new ResourceKey(reference.Type, reference.Id);
            if (await call.Server.Store.ReadAsync(call.Scope, target, cancel) is not { IsDeleted: false })
                issues.Add(Issue.Of(severity, "not-found", ValidationMessages.ReferenceMissing, target.ToString()) with { Expression = reference.Path });
        }

        return issues;
    }

    private static async ValueTask<List<string>> ReferrersAsync(FhirCall call, CancellationToken cancel)
    {
        const int Listed = 10;
        var types = (await call.Server.Store.CountAsync(call.Scope, cancel)).Keys;
        var query = new SearchQuery
        {
            ResourceTypes = [call.Key.Type],
            Expression = new SearchExpression.IdIn([call.Key.Id]),
            Count = 1,
            Includes = [.. types.Select(static type => new Include(type, null, null, Reverse: true, Iterate: false))],
        };
        var page = await call.Server.Store.SearchAsync(call.Scope, query, cancel);
        var referrers = page.Included.Where(version => version.Key != call.Key).Select(static version => version.Key.ToString()).ToList();
        return referrers.Count <= Listed
            ? referrers
            : [.. referrers.Take(Listed), $"+{(referrers.Count - Listed).ToString(CultureInfo.InvariantCulture)}"];
    }
}
