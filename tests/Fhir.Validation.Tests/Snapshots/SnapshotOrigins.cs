// Tells what differs in a snapshot because it was made over another version of FHIR than R4.

using System.Text.Json;
using FhirHub.Model;

namespace FhirHub.Validation.Tests;

/// <summary>
/// The official suite's snapshots were made over R4B and R5. What neither the case's definitions nor R4 say came with the
/// later version; what they do say must be in the snapshot.
/// </summary>
internal sealed class SnapshotOrigins
{
    private static readonly HashSet<string> Members =
        ["min", "max", "type", "slicing", "sliceName", "binding", "mustSupport", "path", "contentReference", "maxLength"];

    // Data types that R4 does not have, or R5.
    private static readonly HashSet<string> LaterTypes =
        ["integer64", "Availability", "Contributor", "CodeableReference", "ExtendedContactDetail", "MonetaryComponent", "RatioRange", "VirtualServiceDetail"];

    // Elements by id, and elements with members, that the differentials of a case speak of.
    private readonly HashSet<string> _said = new(StringComparer.Ordinal);
    private readonly List<string> _paths = [];

    public SnapshotOrigins(ResourceTree input, IEnumerable<ResourceTree> registered)
    {
        foreach (var definition in registered.Prepend(input))
        {
            var slices = new Dictionary<string, string?>();
            foreach (var element in definition.Root.Child("differential") is { Exists: true } differential ? differential.ChildrenOf("element") : default)
            {
                var path = element.ChildValue("path") ?? "";
                slices[path] = element.ChildValue("sliceName");
                foreach (var below in slices.Keys.Where(key => key.StartsWith(path + ".", StringComparison.Ordinal)).ToList())
                    slices.Remove(below);
                foreach (var key in new[] { element.ChildValue("id") ?? path, IdOf(path, slices) })
                {
                    _said.Add(key);
                    foreach (var member in element.Children)
                        _said.Add($"{key} {member.Name}");
                }

                foreach (var member in element.Children)
                    _paths.Add($"{path} {member.Name}");
            }
        }
    }

    private static string IdOf(string path, Dictionary<string, string?> slices)
    {
        var id = "";
        for (var end = path.IndexOf('.', StringComparison.Ordinal); id.Length == 0 || end >= 0;)
        {
            var start = id.Length == 0 ? 0 : end + 1;
            end = path.IndexOf('.', start);
            var prefix = end < 0 ? path : path[..end];
            id += (id.Length == 0 ? "" : ".") + prefix[start..] + (slices.GetValueOrDefault(prefix) is { } slice ? ":" + slice : "");
        }

        return id;
    }

    /// <summary>True for members that say what is valid; the others are words for people, or are compared with R4's own snapshots.</summary>
    public static bool Constrains(string member) =>
        Members.Contains(member) || member.StartsWith("fixed", StringComparison.Ordinal) || member.StartsWith("pattern", StringComparison.Ordinal)
        || member.StartsWith("minValue", StringComparison.Ordinal) || member.StartsWith("maxValue", StringComparison.Ordinal);

    /// <summary>The value without versions and words of bindings, the URL of a contentReference, and the type of ids.</summary>
    public static string Normal(JsonElement value, string member)
    {
        var text = value.GetRawText();
        return member switch
        {
            "binding" => (value.TryGetProperty("strength", out var strength) ? strength.GetString() : "") + " "
                + (value.TryGetProperty("valueSet", out var set) ? set.GetString()!.Split('|')[0] : ""),
            "contentReference" => value.GetString()![Math.Max(0, value.GetString()!.IndexOf('#', StringComparison.Ordinal))..],
            "slicing" => (value.TryGetProperty("discriminator", out var list) ? list.GetRawText() : "") + (value.TryGetProperty("rules", out var rules) ? rules.GetString() : ""),
            "type" => text.Contains("http://hl7.org/fhirpath/", StringComparison.Ordinal) ? "system" : Types(value),
            _ => text,
        };
    }

    /// <summary>
    /// True for an element that nobody speaks of and that says what R4 says, or nothing that R4 knows: one snapshot only opens
    /// what the other leaves to the element's type.
    /// </summary>
    public bool IsOfAnotherVersion(string id, JsonElement element)
    {
        if (id.IndexOf(':', Math.Max(0, id.LastIndexOf('.'))) >= 0 || IsSaid(id, element))
            return false;
        return R4(element) is not { } standard
            || element.EnumerateObject().All(member => !Constrains(member.Name) || member.Name is "path"
                || (standard.TryGetProperty(member.Name, out var value) ? Normal(value, member.Name) == Normal(member.Value, member.Name) : IsDefault(member.Name, member.Value))
                || IsOfAnotherVersion(id, member.Name, element, standard));
    }

    /// <summary>True for a member that nobody speaks of, where ours is what R4 says and no type profile says more.</summary>
    public bool IsOfAnotherVersion(string id, string member, JsonElement theirs, JsonElement ours)
    {
        if (theirs.TryGetProperty(member, out var their) != ours.TryGetProperty(member, out var our) && IsDefault(member, their.ValueKind == JsonValueKind.Undefined ? our : their))
            return true;
        if (IsSaid(id, theirs, " " + member) || HasProfile(theirs) || R4(ours) is not { } standard)
            return false;
        var has = standard.TryGetProperty(member, out var value);
        return has ? our.ValueKind != JsonValueKind.Undefined && Normal(value, member) == Normal(our, member) : our.ValueKind == JsonValueKind.Undefined;
    }

    // A choice may be spoken of under the name of a type.
    private bool IsSaid(string id, JsonElement element, string member = "")
    {
        var path = Path(element);
        return _said.Contains(id + member)
            || (path.EndsWith("[x]", StringComparison.Ordinal) && _paths.Exists(said => said.Length > path.Length && said.EndsWith(member, StringComparison.Ordinal)
                && said.StartsWith(path[..^3], StringComparison.Ordinal) && char.IsUpper(said[path.Length - 3])));
    }

    // Extensions are sliced by url whether a snapshot says so or not.
    private static bool IsDefault(string member, JsonElement value) => member switch
    {
        "slicing" => Normal(value, member) == """[{"type":"value","path":"url"}]open""",
        "mustSupport" => value.ValueKind == JsonValueKind.False,
        _ => false,
    };

    private static bool HasProfile(JsonElement element) =>
        element.TryGetProperty("type", out var types) && types.EnumerateArray().Any(type => type.TryGetProperty("profile", out _));

    private static string Types(JsonElement types) => string.Join('\n', types.EnumerateArray()
        .Where(type => !LaterTypes.Contains(type.GetProperty("code").GetString()!))
        .Select(type => string.Join(',', type.EnumerateObject().Where(part => part.Name != "extension").Select(part => part.ToString()))));

    private static string Path(JsonElement element) => element.GetProperty("path").GetString()!;

    private static JsonElement? R4(JsonElement element)
    {
        if (!element.TryGetProperty("base", out var @base) || @base.GetProperty("path").GetString() is not { } path
            || R4StructureDefinitions.Find("http://hl7.org/fhir/StructureDefinition/" + path.Split('.')[0]) is not { } definition)
            return null;
        using var document = JsonDocument.Parse(definition.Json);
        foreach (var one in document.RootElement.GetProperty("snapshot").GetProperty("element").EnumerateArray())
        {
            if (Path(one) == path)
                return one.Clone();
        }

        return null;
    }
}
