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

    public int Definitions { get; private set; }
    public int Equal { get; private set; }
    public SortedSet<string> Different { get; } = new(StringComparer.Ordinal);
    public int Errors { get; private set; }
    public int Elements { get; private set; }
    public int EqualElements { get; private set; }

    /// <summary>True leaves words for people out of the comparison.</summary>
    public bool MeaningOnly { get; init; }

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

    public void Compare(ResourceTree published, Func<ResourceTree> generate, string? label = null)
    {
        Definitions++;
        var name = label ?? published.Root.ChildValue("url")!;
        Dictionary<string, JsonElement> expected = Read(published), actual;
        Elements += expected.Count;
        try
        {
            actual = Read(generate());
        }
        catch (SnapshotException exception)
        {
            Errors++;
            Count("error", name, exception.Message);
            return;
        }

        var before = _kinds.Values.Sum();
        if (!expected.Keys.Where(actual.ContainsKey).SequenceEqual(actual.Keys.Where(expected.ContainsKey)))
            Count("order", name, "");
        foreach (var (id, element) in expected)
        {
            if (!actual.TryGetValue(id, out var ours))
            {
                Count("missing", name, id);
                continue;
            }

            var equal = true;
            foreach (var member in element.EnumerateObject().Select(m => m.Name).Union(ours.EnumerateObject().Select(m => m.Name)))
            {
                if (MeaningOnly && member == "mustSupport" && !IsTrue(element) && !IsTrue(ours))
                    continue;
                var (has, has2) = (element.TryGetProperty(member, out var value), ours.TryGetProperty(member, out var value2));
                if ((MeaningOnly && !Meaning.Contains(member)) || (has && has2 && (JsonElement.DeepEquals(value, value2) || Normal(value, member) == Normal(value2, member))))
                    continue;
                equal = false;
                Count($"{(id.Contains('.') ? "" : "root ")}{member}{(has ? has2 ? "" : " lost" : " added")}", name, $"{id}\n    theirs {value}\n    ours   {value2}");
            }

            if (equal)
                EqualElements++;
        }

        foreach (var id in actual.Keys.Where(id => !expected.ContainsKey(id)))
            Count("extra", name, id);
        if (_kinds.Values.Sum() == before)
            Equal++;
    }

    /// <summary>Counts, kinds of differences and every difference.</summary>
    public override string ToString() =>
        $"{Definitions} definitions, {Equal} equal, {Errors} errors; {EqualElements} of {Elements} elements equal\n"
        + string.Join('\n', _kinds.OrderByDescending(kind => kind.Value).Select(kind => $"{kind.Value} {kind.Key}")) + "\n" + _lines;

    private static readonly HashSet<string> Meaning =
        ["min", "max", "type", "slicing", "sliceName", "binding", "mustSupport", "path", "contentReference", "fixedUri", "fixedCode",
         "patternCodeableConcept", "fixedCodeableConcept", "patternCoding", "fixedCoding", "patternIdentifier", "fixedString", "patternString", "maxLength"];

    // Rules, mappings and conditions have no order, and published profiles point at the standard's pages where the base's text is relative.
    private string Normal(JsonElement value, string member)
    {
        if (member is "constraint" or "mapping" or "condition" or "alias")
            return string.Join('\n', value.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.Object ? string.Join(',', item.EnumerateObject().Where(part => part.Name != "source").Select(part => part.ToString())) : item.GetRawText()).Order(StringComparer.Ordinal));
        var text = value.GetRawText().Replace("](http://hl7.org/fhir/", "](", StringComparison.Ordinal);
        if (!MeaningOnly)
            return text;

        // The suite's snapshots stand on R4B and R5 and were made by later tools: versions and words of bindings, a contentReference
        // with the definition's URL, the type of ids, and defaults that are said.
        return member switch
        {
            "binding" => (value.TryGetProperty("strength", out var strength) ? strength.GetString() : "") + " "
                + (value.TryGetProperty("valueSet", out var set) ? set.GetString()!.Split('|')[0] : ""),
            "contentReference" => value.GetString()![Math.Max(0, value.GetString()!.IndexOf('#', StringComparison.Ordinal))..],
            "slicing" => (value.TryGetProperty("discriminator", out var list) ? list.GetRawText() : "") + (value.TryGetProperty("rules", out var rules) ? rules.GetString() : ""),
            "type" => text.Contains("http://hl7.org/fhirpath/", StringComparison.Ordinal) ? "system" : text,
            _ => text,
        };
    }

    private static bool IsTrue(JsonElement element) => element.TryGetProperty("mustSupport", out var value) && value.ValueKind == JsonValueKind.True;

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
