// One line of a table of faults: a resource, what is done to it, and what must be said of it.

using System.Text;
using System.Text.Json.Nodes;

namespace FhirHub.Validation.Tests.Official;

/// <summary>
/// <c>resource | changes | message | expression</c>. The changes are parted by <c> ; </c>: <c>- pointer</c> removes, <c>= pointer JSON</c>
/// sets, <c>+ pointer JSON,JSON</c> adds to an array; what stands before <c> => </c> is not the fault and is done first. The
/// message is its severity, the id of its template or the code of an issue of the parser, and the key of an invariant.
/// </summary>
internal sealed record Variant(string Rule, string Resource, string Changes, string Message, string Expression)
{
    /// <summary>Reads a table; headings (<c>## rule</c>) say which rule the lines below are about.</summary>
    public static IReadOnlyList<Variant> Read(string file)
    {
        var variants = new List<Variant>();
        var rule = "";
        foreach (var line in File.ReadLines(file))
        {
            if (line.StartsWith("## ", StringComparison.Ordinal))
                rule = line[3..];
            else if (line.Split(" | ") is [var resource, var changes, .. var expected])
                variants.Add(new Variant(rule, resource.Trim(), changes.Trim(), expected.ElementAtOrDefault(0)?.Trim() ?? "", expected.ElementAtOrDefault(1)?.Trim() ?? ""));
        }

        return variants;
    }

    /// <summary>The resource as it is before the fault.</summary>
    public byte[] Prepare(byte[] json) => Changes.Split(" => ") is [var preparation, _] ? Apply(json, preparation) : json;

    /// <summary>The prepared resource with the fault.</summary>
    public byte[] Break(byte[] json) => Apply(json, Changes.Split(" => ")[^1]);

    private static byte[] Apply(byte[] json, string changes)
    {
        var root = JsonNode.Parse(json)!;
        foreach (var change in changes.Split(" ; "))
        {
            var words = change.Trim().Split(' ', 3);
            var steps = words[1].Split('/')[1..];
            var owner = steps[..^1].Aggregate(root, static (node, step) => node is JsonArray items ? items[int.Parse(step)]! : node[step]!);
            var last = steps[^1];
            switch (words[0])
            {
                case "-" when owner is JsonArray items:
                    items.RemoveAt(int.Parse(last));
                    break;
                case "-":
                    Assert.True(owner.AsObject().Remove(last), change);
                    break;
                case "=" when owner is JsonArray items:
                    items[int.Parse(last)] = JsonNode.Parse(words[2]);
                    break;
                case "=":
                    owner[last] = JsonNode.Parse(words[2]);
                    break;
                default:
                    var added = (owner[last] ??= new JsonArray()).AsArray();
                    foreach (var item in JsonNode.Parse($"[{words[2]}]")!.AsArray())
                        added.Add(item!.DeepClone());
                    break;
            }
        }

        return Encoding.UTF8.GetBytes(root.ToJsonString());
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Resource} | {Changes}";
}
