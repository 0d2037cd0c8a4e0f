// Which partitions can hold what a search asks for: those of one patient where the condition names the patient (docs/adr/0052-cosmos-data-model.md).

using FhirHub.Search;

namespace FhirHub.Storage.Cosmos;

/// <summary>Narrows a search down to partitions.</summary>
internal sealed class SearchPartitions(Func<string, string, IReadOnlyList<SearchParameter>> compartmentParameters, Watermark watermark)
{
    private const string Patient = "Patient";

    private const string OfPatients = ".where(resolve() is Patient)";

    // A longer list of partitions is not worth its text.
    private const int PartitionsAtMost = 64;

    /// <summary>The first parts of the partition keys; null if any may hold a match.</summary>
    public IReadOnlyCollection<string>? Of(IReadOnlyList<string> types, SearchExpression expression)
    {
        var all = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var type in types)
        {
            if (Of(type, expression) is not { } partitions)
                return null;
            all.UnionWith(partitions);
        }

        return all.Count > PartitionsAtMost ? null : all;
    }

    /// <summary>The partition of a resource, where its type and id tell it; else null.</summary>
    public string? Of(ResourceKey key) => key.Type == Patient ? Layout.PatientPartition(key.Id) : IsOfNoPatient(key.Type) ? Layout.TypePartition(key.Type) : null;

    private bool IsOfNoPatient(string type) => type != Patient && compartmentParameters(Patient, type).Count == 0;

    private HashSet<string>? Of(string type, SearchExpression expression) => Named(type, expression)
        ?? (IsOfNoPatient(type) ? [Layout.TypePartition(type)] : null);

    private HashSet<string>? Named(string type, SearchExpression expression) => expression switch
    {
        SearchExpression.None => [],
        SearchExpression.And and => Narrowest(and.Parts.Select(part => Named(type, part))),
        SearchExpression.Or or => Union(or.Parts.Select(part => Named(type, part))),
        SearchExpression.TypeIn types when !types.Types.Contains(type, StringComparer.Ordinal) => [],
        SearchExpression.IdIn ids when type == Patient => [.. ids.Ids.Select(Layout.PatientPartition)],
        SearchExpression.Parameter { Predicate: ReferencePredicate { Id: { } id, Url: null } reference } parameter when IsOfPatients(type, parameter.Definition, reference.Type) =>
            watermark.Wide.Contains(type) ? [Layout.PatientPartition(id), Layout.Several] : [Layout.PatientPartition(id)],
        _ => null,
    };

    // A patient's own resource lies with the patient, whomever it refers to.
    private bool IsOfPatients(string type, SearchParameter parameter, string? target) =>
        type != Patient && parameter.ResourceType == type
        && (target == Patient || (target is null && parameter.TargetTypes is [Patient]))
        && (compartmentParameters(Patient, type).Any(member => member.IndexKey == parameter.IndexKey) || IsPart(parameter, compartmentParameters(Patient, type)));

    // A parameter "patient" is mostly the part of "subject" that refers to patients, and it is "subject" that decides about compartments.
    private static bool IsPart(SearchParameter parameter, IReadOnlyList<SearchParameter> members)
    {
        var paths = members.SelectMany(static member => PathsOf(member)).ToHashSet(StringComparer.Ordinal);
        return parameter.Expression is not null && PathsOf(parameter).All(path => paths.Contains(path.EndsWith(OfPatients, StringComparison.Ordinal) ? path[..^OfPatients.Length] : path));
    }

    private static string[] PathsOf(SearchParameter parameter) => (parameter.Expression ?? "").Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static HashSet<string>? Narrowest(IEnumerable<HashSet<string>?> parts) => parts.OfType<HashSet<string>>().MinBy(static part => part.Count);

    private static HashSet<string>? Union(IEnumerable<HashSet<string>?> parts)
    {
        var all = new HashSet<string>(StringComparer.Ordinal);
        foreach (var part in parts)
        {
            if (part is null)
                return null;
            all.UnionWith(part);
        }

        return all;
    }
}
