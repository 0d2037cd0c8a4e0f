// Whose records an $everything goes through: one patient's or encounter's, those of a group's patients, or all patients'.

using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>A record in the sequence.</summary>
/// <param name="Compartment">What is in it.</param>
/// <param name="Next">The name of the next record, or null after the last.</param>
internal sealed record PlacedRecord(SearchExpression.InCompartment Compartment, string? Next);

/// <summary>The records that an <c>$everything</c> goes through, one after the other.</summary>
internal abstract class RecordSet(FhirCall call)
{
    /// <summary>The type of the compartments.</summary>
    public abstract string CompartmentType { get; }

    /// <summary>True if there may be several records, so that one resource may be in more than one of them.</summary>
    public virtual bool IsPlural => true;

    /// <summary>The request.</summary>
    protected FhirCall Call { get; } = call;

    /// <summary>The record of that name (empty for the first); null if there is none.</summary>
    public abstract ValueTask<PlacedRecord?> AtAsync(string name, CancellationToken cancel);

    /// <summary>True if the patient's record is one of these.</summary>
    public abstract ValueTask<bool> HoldsAsync(string patient, CancellationToken cancel);

    /// <summary>
    /// True if a resource of this record is listed with another one. Of the records that a resource is in, the one with the least id
    /// lists it: that is decided without knowing what other pages held.
    /// </summary>
    public async ValueTask<bool> IsListedElsewhereAsync(ElementNode resource, PlacedRecord record, CancellationToken cancel)
    {
        if (!IsPlural)
            return false;
        foreach (var patient in PatientsOf(Call.Server, resource))
        {
            if (string.CompareOrdinal(patient, record.Compartment.Id) < 0 && await HoldsAsync(patient, cancel))
                return true;
        }

        return false;
    }

    /// <summary>Ids of the patients in whose compartments a resource is.</summary>
    public static IEnumerable<string> PatientsOf(FhirServer server, ElementNode resource)
    {
        var type = resource.Type.Name;
        if (type == "Patient" && resource.ChildValue("id") is { } own)
            yield return own;
        if (CompartmentRules.Parameters("Patient", type) is not { } codes
            || server.Repository.Preparer.Prepare(resource, type).Resource is not { } prepared)
        {
            yield break;
        }

        foreach (var entry in prepared.Entries.OfType<ReferenceEntry>())
        {
            if (entry is { Type: "Patient", Id: { } id } && codes.Contains(entry.Parameter.Code))
                yield return id;
        }
    }
}

/// <summary>One record.</summary>
internal sealed class SingleRecord(FhirCall call) : RecordSet(call)
{
    public override string CompartmentType => Call.Route.Type!;

    public override bool IsPlural => false;

    public override ValueTask<PlacedRecord?> AtAsync(string name, CancellationToken cancel) =>
        new(new PlacedRecord(new SearchExpression.InCompartment(CompartmentType, Call.Route.Id!), null));

    public override ValueTask<bool> HoldsAsync(string patient, CancellationToken cancel) => new(patient == Call.Route.Id);
}

/// <summary>The records of the patients that a group has now, those of groups in it included, in the order of their ids.</summary>
internal sealed class GroupRecords : RecordSet
{
    private const int MaxGroups = 1000;

    private readonly List<string> _patients;

    private GroupRecords(FhirCall call, IEnumerable<string> patients)
        : base(call) => _patients = [.. patients.Order(StringComparer.Ordinal)];

    public override string CompartmentType => "Patient";

    /// <summary>Ids of the patients.</summary>
    public IReadOnlyList<string> Patients => _patients;

    /// <summary>Reads the group and the groups in it.</summary>
    public static async Task<GroupRecords> ReadAsync(FhirCall call, CancellationToken cancel)
    {
        var references = new LiteralReferences([call.BaseUrl, .. call.Server.Options.BaseUrls]);
        var patients = new HashSet<string>(StringComparer.Ordinal);
        var groups = new HashSet<string>(StringComparer.Ordinal) { call.Route.Id! };
        var waiting = new Queue<string>(groups);
        while (waiting.TryDequeue(out var id))
        {
            if (await call.Server.Store.ReadAsync(call.Scope, new ResourceKey("Group", id), cancel) is not { IsDeleted: false } version)
                continue;
            foreach (var member in call.Server.Repository.Preparer.Read(version).Root.ChildrenOf("member"))
            {
                if (member.ChildValue("inactive") == "true" || member.Child("entity").ChildValue("reference") is not { } literal
                    || !references.TryResolve(literal, out var key))
                {
                    continue;
                }

                if (key.Type == "Patient")
                    patients.Add(key.Id);
                else if (key.Type == "Group" && groups.Add(key.Id))
                    waiting.Enqueue(key.Id);
                if (groups.Count > MaxGroups)
                    throw new RefusedException(400, "too-costly", $"The group has more than {MaxGroups:N0} groups in it; ask for them one by one.");
            }
        }

        return new GroupRecords(call, patients);
    }

    public override ValueTask<PlacedRecord?> AtAsync(string name, CancellationToken cancel)
    {
        var at = _patients.BinarySearch(name, StringComparer.Ordinal);
        at = at < 0 ? ~at : at;
        return new(at == _patients.Count ? null : new PlacedRecord(
            new SearchExpression.InCompartment("Patient", _patients[at]), at + 1 < _patients.Count ? _patients[at + 1] : null));
    }

    public override ValueTask<bool> HoldsAsync(string patient, CancellationToken cancel) =>
        new(_patients.BinarySearch(patient, StringComparer.Ordinal) >= 0);
}

/// <summary>The records of all patients that the client may see, in the order of their creation.</summary>
internal sealed class AllRecords(FhirCall call) : RecordSet(call)
{
    private const string First = "";

    private readonly Dictionary<string, bool> _isThere = new(StringComparer.Ordinal);

    public override string CompartmentType => "Patient";

    public override async ValueTask<PlacedRecord?> AtAsync(string name, CancellationToken cancel)
    {
        var page = await Call.Server.Store.SearchAsync(
            Call.Scope,
            new SearchQuery
            {
                ResourceTypes = ["Patient"],
                Expression = new SearchExpression.All(),
                Count = 1,
                Cursor = name == First ? null : name,
            },
            cancel);
        return page.Matches is [var patient]
            ? new PlacedRecord(new SearchExpression.InCompartment("Patient", patient.Key.Id), page.Next)
            : null;
    }

    public override async ValueTask<bool> HoldsAsync(string patient, CancellationToken cancel)
    {
        if (!_isThere.TryGetValue(patient, out var isThere))
        {
            isThere = await Call.Server.Store.ReadAsync(Call.Scope, new ResourceKey("Patient", patient), cancel) is { IsDeleted: false };
            _isThere.Add(patient, isThere);
        }

        return isThere;
    }
}
