// $everything: the record of a patient, an encounter, a group's patients or all patients, with what stands behind it, in pages.

using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>
/// <c>$everything</c> (R4 patient-operation-everything.html, encounter-operation-everything.html, group-operation-everything.html).
/// A page has up to <c>_count</c> members of the compartment (<c>match</c>), and with them the supporting resources that no page
/// before has listed (<c>include</c>), so that each resource is listed once over all pages.
/// </summary>
public static class Everything
{
    // A page ends after this many members, though _since or _type may show few of them; the link goes on from there.
    private const int MaxWalked = 20_000;

    private static readonly Operation Patient = Operation.OfR4(
        "Patient-everything", "everything", OperationLevels.Type | OperationLevels.Instance, ["Patient"], (c, x) => AnswerAsync(c, Patient!, x));

    private static readonly Operation Encounter = Operation.OfR4(
        "Encounter-everything", "everything", OperationLevels.Instance, ["Encounter"], (c, x) => AnswerAsync(c, Encounter!, x));

    private static readonly Operation Group = Operation.OfR4(
        "Group-everything", "everything", OperationLevels.Instance, ["Group"], (c, x) => AnswerAsync(c, Group!, x));

    /// <summary>The operations.</summary>
    public static IReadOnlyList<Operation> Operations { get; } = [Patient, Encounter, Group];

    private static async ValueTask<FhirAnswer> AnswerAsync(FhirCall call, Operation operation, CancellationToken cancel)
    {
        var (paged, cursor) = Paging.Resolve(call);
        if (cursor is not null)
            paged = paged with { Body = null };
        var input = OperationInput.Read(paged, operation.Parameters);
        var request = EverythingRequest.Read(input, paged.Server.Options.Limits);
        var shape = ResourceShape.Parse(paged.Parameters, forSearch: false);
        var position = EverythingPosition.Parse(cursor);
        if (paged.Route.Id is not null)
        {
            var read = await paged.Server.Repository.ReadAsync(paged.Scope, paged.Key, cancel);
            if (!read.IsSuccess)
                return new FhirAnswer(read.Status) { Issues = read.Issues };
        }

        RecordSet records = paged.Route switch
        {
            { Id: null } => new AllRecords(paged),
            { Type: "Group" } => await GroupRecords.ReadAsync(paged, cancel),
            _ => new SingleRecord(paged),
        };
        var memory = new ListedSupport((IStateStore)paged.Server.Store, paged.Server.Clock);
        var listed = await memory.BeforeAsync(position.Walk, position.Page, cancel);
        var support = new SupportingResources(paged, records, request, listed);
        var members = new List<StoredVersion>();
        var walked = new List<ResourceKey>();
        var next = await FillAsync(paged, records, request, position, members, walked, support, cancel);
        await support.AddProvenanceAsync(walked, cancel);

        var links = new List<(string, string)> { ("self", Paging.SelfLink(paged, input.Query)) };
        if (next is not null)
        {
            var walk = position.Page == 0 ? ListedSupport.Begin() : position.Walk;
            await memory.AddAsync(walk, position.Page, support.Found.Select(v => v.Key), cancel);
            next = next with { Walk = walk, Page = position.Page + 1 };
            links.Add(("next", Paging.PageLink(paged, next.ToString(), input.Query)));
        }

        var bundle = new BundleWriter("searchset", paged.BaseUrl, shape, null, links);
        foreach (var member in members)
            bundle.AddResult(member, "match");
        foreach (var resource in support.Found)
            bundle.AddResult(resource, "include");
        return new FhirAnswer(200) { Json = bundle.End(), Shape = ResourceShape.Whole with { Pretty = shape.Pretty } };
    }

    // Type by type within each record: each search has one type, whose order and cursor the store keeps stable.
    private static async Task<EverythingPosition?> FillAsync(
        FhirCall call,
        RecordSet records,
        EverythingRequest request,
        EverythingPosition position,
        List<StoredVersion> members,
        List<ResourceKey> walked,
        SupportingResources support,
        CancellationToken cancel)
    {
        var types = TypesOf(records.CompartmentType, request);
        var record = await records.AtAsync(position.Record, cancel);
        while (record is not null)
        {
            while (position.Type < types.Count)
            {
                // On a full page one more is looked for, so that only a page with something on it gets a link.
                var room = Math.Min(request.PageSize - members.Count, Math.Min(MaxWalked - walked.Count, call.Server.Options.Limits.MaxPageSize));
                var page = await SearchAsync(call, records, record, types[position.Type], request, Math.Max(room, 1), position.Cursor, cancel);
                if (room <= 0 && page.Matches.Count > 0)
                    return position;
                foreach (var version in page.Matches)
                {
                    walked.Add(version.Key);
                    var root = call.Server.Repository.Preparer.Read(version).Root;
                    if (await records.IsListedElsewhereAsync(root, record, cancel))
                        continue;
                    if (request.Shows(version))
                        members.Add(version);
                    await support.AddAsync(version.Key, root, cancel);
                }

                position = page.Next is null
                    ? position with { Type = position.Type + 1, Cursor = null }
                    : position with { Cursor = page.Next };
            }

            if (record.Next is not { } name)
                return null;
            position = position with { Record = name, Type = 0, Cursor = null };
            record = await records.AtAsync(name, cancel);
        }

        return null;
    }

    private static Task<SearchPage> SearchAsync(
        FhirCall call,
        RecordSet records,
        PlacedRecord record,
        string type,
        EverythingRequest request,
        int count,
        string? cursor,
        CancellationToken cancel)
    {
        // The subject of the record is part of it whatever its dates say.
        var within = type == records.CompartmentType
            ? new SearchExpression.All()
            : CareDates.Within(type, request.Start, request.End, call.Server.SearchParameters);
        var query = new SearchQuery
        {
            ResourceTypes = [type],
            Expression = within is SearchExpression.All ? record.Compartment : new SearchExpression.And([record.Compartment, within]),
            Count = count,
            Cursor = cursor,
        };
        return call.Server.Store.SearchAsync(call.Scope, query, cancel);
    }

    // Where only types of the compartment are asked for, no others need to be gone through for what stands behind them.
    private static List<string> TypesOf(string compartment, EverythingRequest request)
    {
        var types = Schema.R4.ResourceTypes.Select(t => t.Name)
            .Where(t => CompartmentRules.MayHold(compartment, t))
            .OrderBy(t => t != compartment).ThenBy(t => t, StringComparer.Ordinal)
            .ToList();
        return request.Types.Count > 0 && request.Types.All(types.Contains) ? [.. types.Where(request.Types.Contains)] : types;
    }
}
