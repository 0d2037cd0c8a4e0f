// Compares snapshots element by element and counts how they differ.

using System.Text;
using System.Text.Json;
using FhirHub.Model;

namespace FhirHub.Validation.Tests;

/// <summary>Differences between published snapshots and ours.</summary>
internal sealed class SnapshotReport
{
    private readonly StringBuilder _lines = new();
    private readonly Dictionary<string, int> _kinds = [];

    // Not null while a case of the suite is compared: what its definitions and R4 say.
    private SnapshotOrigins? _origins;

    public int Definitions { get; private set; }
    public int Equal { get; private set; }
    public SortedSet<string> Different { get; } = new(StringComparer.Ordinal);
    public int Errors { get; private set; }
    public int Elements { get; private set; }
    public int EqualElements { get; private set; }

    public void MustFail(string name, Action generate)
    {
        Definitions++;
        try
        {
            generate();
            Count("must fail", name, "");
        }
        catch (SnapshotException exception)
        {
            Equal++;
            _lines.Append("refused | ").Append(name).Append(" | ").Append(exception.Message).Append('\n');
        }
    }

    /// <summary>
    /// A case of the suite: what constrains must be as expected, but for what R4 says otherwise than the version that the
    /// suite's snapshots were made over; and all of its rules must hold.
    /// </summary>
    public void Case(string name, ResourceTree input, IEnumerable<ResourceTree> registered, ResourceTree? expected, Func<ResourceTree> generate, Func<ResourceTree, List<string>> brokenRules)
    {
        Definitions++;
        ResourceTree made;
        try
        {
            made = generate();
        }
        catch (SnapshotException exception)
        {
            Errors++;
            Count("error", name, exception.Message);
            return;
        }

        var before = _kinds.Values.Sum();
        foreach (var rule in brokenRules(made))
            Count("rule", name, rule);
        if (expected is not null && expected.Root.Child("snapshot").Exists)
        {
            _origins = new SnapshotOrigins(input, registered);
            CompareElements(name, Read(expected), Read(made));
            _origins = null;
        }

        if (_kinds.Values.Sum() == before)
            Equal++;
    }

    public void Compare(ResourceTree published, Func<ResourceTree> generate)
    {
        Definitions++;
        var name = published.Root.ChildValue("url")!;
        Dictionary<string, JsonElement> expected = Read(published), actual;
        try
        {
            actual = Read(generate());
        }
        catch (SnapshotException exception)
        {
            Errors++;
            Elements += expected.Count;
            Count("error", name, exception.Message);
            return;
        }

        var before = _kinds.Values.Sum();
        CompareElements(name, expected, actual);
        if (_kinds.Values.Sum() == before)
            Equal++;
    }

    /// <summary>Counts, kinds of differences and every difference.</summary>
    public override string ToString() =>
        $"{Definitions} definitions, {Equal} equal, {Errors} errors; {EqualElements} of {Elements} elements equal\n"
        + string.Join('\n', _kinds.OrderByDescending(kind => kind.Value).Select(kind => $"{kind.Value} {kind.Key}")) + "\n" + _lines;

    private void CompareElements(string name, Dictionary<string, JsonElement> expected, Dictionary<string, JsonElement> actual)
    {
        Elements += expected.Count;
        if (!Ordered(expected.Keys.Where(actual.ContainsKey)).SequenceEqual(Ordered(actual.Keys.Where(expected.ContainsKey))))
            Count("order", name, "");
        foreach (var (id, element) in expected)
        {
            if (!actual.TryGetValue(id, out var ours))
            {
                if (_origins?.IsOfAnotherVersion(id, element) != true)
                    Count("missing", name, id);
                continue;
            }

            var equal = true;
            foreach (var member in element.EnumerateObject().Select(m => m.Name).Union(ours.EnumerateObject().Select(m => m.Name)))
            {
                if (IsSame(member, element, ours) || _origins?.IsOfAnotherVersion(id, member, element, ours) == true)
                    continue;
                equal = false;
                var (has, has2) = (element.TryGetProperty(member, out var value), ours.TryGetProperty(member, out var value2));
                Count($"{(id.Contains('.') ? "" : "root ")}{member}{(has ? has2 ? "" : " lost" : " added")}", name, $"{id}\n    theirs {value}\n    ours   {value2}");
            }

            if (equal)
                EqualElements++;
        }

        foreach (var (id, element) in actual.Where(one => !expected.ContainsKey(one.Key) && _origins?.IsOfAnotherVersion(one.Key, one.Value) != true))
            Count("extra", name, id);
    }

    // Of another version of FHIR only the order of slices is compared, but for slices of choices: a choice is there once.
    private IEnumerable<string> Ordered(IEnumerable<string> ids) => _origins is null ? ids
        : ids.Where(id => id.IndexOf(':', Math.Max(0, id.LastIndexOf('.'))) > 0 && !id.Contains("[x]:", StringComparison.Ordinal)).GroupBy(id => id[..id.LastIndexOf(':')]).OrderBy(group => group.Key, StringComparer.Ordinal).SelectMany(group => group);

    private bool IsSame(string member, JsonElement theirs, JsonElement ours)
    {
        if (_origins is not null && !SnapshotOrigins.Constrains(member))
            return true;
        var (has, has2) = (theirs.TryGetProperty(member, out var value), ours.TryGetProperty(member, out var value2));
        if (!has || !has2)
            return _origins is not null && member == "mustSupport" && value.ValueKind != JsonValueKind.True && value2.ValueKind != JsonValueKind.True;
        return JsonElement.DeepEquals(value, value2)
            || Normal(value, member) == Normal(value2, member)
            || (_origins is not null && SnapshotOrigins.Normal(value, member) == SnapshotOrigins.Normal(value2, member));
    }

    // Rules, mappings and conditions have no order, the same XPath is quoted in two ways, published profiles point at the standard's pages where the base's text is
    // relative, and ordered is false where it is not said.
    private static string Normal(JsonElement value, string member) => member switch
    {
        "constraint" or "mapping" or "condition" or "alias" => string.Join('\n', value.EnumerateArray()
            .Select(item => item.ValueKind == JsonValueKind.Object ? string.Join(',', item.EnumerateObject().Where(part => part.Name != "source").Select(part => part.ToString().Replace("\\\"", "'", StringComparison.Ordinal))) : item.GetRawText())
            .Order(StringComparer.Ordinal)),
        _ => value.GetRawText().Replace("](http://hl7.org/fhir/", "](", StringComparison.Ordinal).Replace("](R4/", "](", StringComparison.Ordinal)
            .Replace(",\"ordered\":false", "", StringComparison.Ordinal),
    };

    private void Count(string kind, string definition, string detail)
    {
        Different.Add(definition[(definition.LastIndexOf('/') + 1)..]);
        _kinds[kind] = _kinds.GetValueOrDefault(kind) + 1;
        _lines.Append(kind).Append(" | ").Append(definition).Append(" | ").Append(detail).Append('\n');
    }

    private static Dictionary<string, JsonElement> Read(ResourceTree tree)
    {
        var elements = new Dictionary<string, JsonElement>();
        using var document = JsonDocument.Parse(tree.Json);
        foreach (var element in document.RootElement.GetProperty("snapshot").GetProperty("element").EnumerateArray())
            elements[element.GetProperty("id").GetString()!] = element.Clone();
        return elements;
    }
}
