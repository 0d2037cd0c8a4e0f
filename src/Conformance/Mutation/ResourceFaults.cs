// Faults of a single resource: its id, meta and elements (R4 resource.html, json.html).

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FhirHub.Conformance;

internal static class ResourceFaults
{
    // What is not the resource's own content: the frame, and what a reader may leave out.
    private static readonly HashSet<string> Frame = new(StringComparer.Ordinal) { "resourceType", "id", "meta", "text", "implicitRules", "language", "contained" };

    // What a client can be told to compare: elements that hold codes and values.
    private static readonly HashSet<string> Codes = new(StringComparer.Ordinal) { "code", "status", "gender", "intent", "use", "value" };

    public static IReadOnlyList<Fault> All { get; } =
    [
        Of("id-other", "The id is that of another resource.", static json => json.ChangeText("id", static id => $"{id[..^1]}{(id[^1] == '0' ? '1' : '0')}")),
        Of("id-missing", "The resource has no id.", static json => json.Remove("id")),
        Of("type-other", "The resource is of another type.", static json => json.ChangeText("resourceType", static _ => "Basic")),
        Of("meta-missing", "The resource has no meta.", static json => json.Remove("meta")),
        Of("version-missing", "The resource has no versionId.", static json => json.Object("meta") is { } meta && meta.Remove("versionId")),
        Of("version-other", "The versionId is that of another version.", static json => json.Object("meta") is { } meta && meta.ChangeText("versionId", static version => $"{version}9")),
        Of("last-updated-missing", "The resource has no lastUpdated.", static json => json.Object("meta") is { } meta && meta.Remove("lastUpdated")),
        Of("last-updated-old", "lastUpdated is years ago.", static json => json.Object("meta") is { } meta && meta.ChangeText("lastUpdated", static _ => "1994-10-29T19:43:31.000Z")),
        Of("profile-missing", "The profiles that it claims are lost.", static json => json.Object("meta") is { } meta && meta.Remove("profile")),
        Of("tag-missing", "Tags are lost.", static json => json.Object("meta") is { } meta && meta.Remove("tag")),
        Of("security-missing", "Security labels are lost.", static json => json.Object("meta") is { } meta && meta.Remove("security")),
        Of("first-element-missing", "The first element is lost.", static json => DropElement(json, static names => names.FirstOrDefault())),
        Of("last-element-missing", "The last element is lost.", static json => DropElement(json, static names => names.LastOrDefault())),
        Of("contained-missing", "Contained resources are lost.", static json => json.Remove("contained")),
        Of("extension-missing", "Extensions are lost.", DropExtensions),
        Of("text-changed", "A text is another.", static json => json.ChangeFirst(IsContent, static (name, value) =>
            value.IsText() && !Codes.Contains(name) && name is not ("system" or "reference" or "url") && !LooksLikeDate(value.GetValue<string>()) ? JsonValue.Create($"{value.GetValue<string>()}x") : null)),
        Of("code-changed", "A code is another.", static json => json.ChangeFirst(IsContent, static (name, value) => value.IsText() && Codes.Contains(name) ? JsonValue.Create($"{value.GetValue<string>()}x") : null)),
        Of("system-changed", "A system is another.", static json => json.ChangeFirst(IsContent, static (name, value) => value.IsText() && name == "system" ? JsonValue.Create($"{value.GetValue<string>()}x") : null)),
        Of("date-changed", "A date is another.", static json => json.ChangeFirst(IsContent, static (_, value) =>
            value.IsText() && LooksLikeDate(value.GetValue<string>()) ? JsonValue.Create($"1{value.GetValue<string>()[1..]}") : null)),
        Of("boolean-flipped", "A truth value is the other.", static json => json.ChangeFirst(IsContent, static (_, value) =>
            value.GetValueKind() is JsonValueKind.True or JsonValueKind.False ? JsonValue.Create(value.GetValueKind() != JsonValueKind.True) : null)),
        Of("number-changed", "A number is another.", static json => json.ChangeFirst(IsContent, static (_, value) =>
            value.GetValueKind() == JsonValueKind.Number && decimal.TryParse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? JsonValue.Create(number + 1) : null)),
        Of("reference-changed", "A reference leads elsewhere.", static json => json.ChangeFirst(IsContent, static (name, value) => value.IsText() && name == "reference" ? JsonValue.Create($"{value.GetValue<string>()}x") : null)),
        Of("list-shortened", "The last of several is lost.", static json => json.Any(member => IsContent(member.Key) && member.Value is JsonArray { Count: > 1 } && json.DropLast(member.Key))),
        Of("list-reversed", "Several are in another order.", static json => json.Any(static member => IsContent(member.Key) && member.Value is JsonArray array && JsonEdits.Reverse(array))),
        Of("unknown-element-added", "The resource has an element that there is none of.", static json => json.TryAdd("notAnElement", JsonValue.Create("x"))),
    ];

    private static Fault Of(string id, string sentence, Func<JsonObject, bool> change) => Fault.OfAnswer(
        id,
        sentence,
        "resources that are read, created, updated or patched",
        (request, answer) => request.Interaction is Interaction.Read or Interaction.VersionRead or Interaction.Create or Interaction.Update or Interaction.Patch
            && answer.IsSuccess && answer.Type is not (null or "OperationOutcome") && answer.Edit(change));

    private static bool IsContent(string name) => !Frame.Contains(name);

    // FHIR's dates and times begin with a year.
    private static bool LooksLikeDate(string text) => text.Length >= 7 && text[4] == '-' && text.AsSpan(0, 4).ContainsAnyInRange('0', '9') && !text.AsSpan(0, 4).ContainsAnyExceptInRange('0', '9');

    private static bool DropElement(JsonObject json, Func<IEnumerable<string>, string?> choose) =>
        choose(json.Select(static member => member.Key).Where(static name => IsContent(name) && name[0] != '_')) is { } name && json.Remove(name) | json.Remove($"_{name}");

    private static bool DropExtensions(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject json:
                var isChanged = json.Remove("extension") | json.Remove("modifierExtension");
                foreach (var (_, value) in json.ToList())
                    isChanged |= DropExtensions(value);
                return isChanged;
            case JsonArray array:
                var isAny = false;
                foreach (var item in array)
                    isAny |= DropExtensions(item);
                return isAny;
            default:
                return false;
        }
    }
}
