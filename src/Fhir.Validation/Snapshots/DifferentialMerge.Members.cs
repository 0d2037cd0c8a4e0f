// What one element of a differential says, laid over what the base says (R4 elementdefinition.html, "Interpretation").

using System.Globalization;
using System.Text.Json;

namespace FhirHub.Validation;

internal sealed partial class DifferentialMerge
{
    private static readonly JsonElement Zero = JsonValues.Parse("0"u8);
    private static readonly JsonElement False = JsonValues.Parse("false"u8);

    private static readonly string[] FromTypeProfile =
        ["short", "definition", "comment", "requirements", "alias", "condition", "mapping", "isSummary"];

    // An element of a specialization that its base does not have.
    private void Define(ElementDraft differential, ElementDraft added)
    {
        if (differential.Text("max") is null || differential["min"] is null)
            throw Fault(differential, "A new element needs min and max; add them.");
        added.Members["base"] = Base(added.Id, differential);
        added.Members["isModifier"] = False;
        added.Members["isSummary"] = False;

        // Every element of a type has the rules of Element, and an extension its own; those of other types are met where the
        // type is checked.
        var rules = differential.TypeCodes() is [var first, ..]
            ? first == "Extension" ? first : IsElement(first) ? "Element" : null
            : "Element";
        if (rules is not null && session.RulesOf(SnapshotSession.CanonicalOf(rules)) is { } constraints)
            added.Members["constraint"] = constraints;
    }

    private bool IsElement(string code) =>
        !code.StartsWith("http://hl7.org/fhirpath/", StringComparison.Ordinal) && !IsOneOf(code, "Resource");

    private static JsonElement Base(string path, ElementDraft element) => JsonValues.Make(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("path", path);
        writer.WritePropertyName("min");
        (element["min"] ?? Zero).WriteTo(writer);
        writer.WriteString("max", element.Text("max") ?? "*");
        writer.WriteEndObject();
    });

    // What a type profile says of its type takes the place of what the base says of the element; what the differential says
    // itself goes over both. A profile that is not known is met again where something below the element is constrained, or
    // where a resource uses it.
    private void TakeTypeProfile(ElementDraft differential, ElementDraft target, Role role)
    {
        if (definition.IsSpecialization || differential.Members.Count == 0)
            return;
        var types = differential["type"] ?? default;
        var profile = types.ValueKind == JsonValueKind.Array && types.GetArrayLength() == 1 && Profiles(types) is [var only] ? only : null;
        if (profile is null)
        {
            if (target.IsExtension && (role is Role.NewSlice || target.SliceName is null))
                ElementRules.DescribeAsExtension(target);
            return;
        }

        // An extension may hold itself.
        if (session.IsBeingMade(profile) || session.Find(profile) is not { } found)
            return;
        foreach (var name in FromTypeProfile)
        {
            Take(found, target, name);
            Take(found, target, "_" + name);
        }

        if (found["constraint"] is { } constraints)
            Append(target, "constraint", constraints);
        if (target.IsExtension)
            TakeExtension(found, target);
    }

    private static void Take(ElementDraft found, ElementDraft target, string name)
    {
        if (found[name] is { } value)
            target.Members[name] = value;
        else
            target.Members.Remove(name);
    }

    private void TakeExtension(ElementDraft extension, ElementDraft target)
    {
        foreach (var name in (ReadOnlySpan<string>)["isModifier", "isModifierReason"])
        {
            if (extension[name] is { } value)
                target.Members[name] = value;
        }

        var (min, max) = Cardinality(target, target);
        var (ownMin, ownMax) = Cardinality(extension, target);
        if (ownMin > min)
            target.Members["min"] = extension["min"]!.Value;
        if (ownMax < max)
            target.Members["max"] = extension["max"]!.Value;
    }

    private void MergeMembers(ElementDraft differential, ElementDraft target)
    {
        foreach (var (name, value) in differential.Members)
        {
            switch (name)
            {
                case "base":
                    break;
                case "constraint" or "condition" or "mapping" or "alias" or "example" or "extension" when target.Members.ContainsKey(name):
                    Append(target, name, value);
                    break;
                case "constraint":
                    Append(target, name, value);
                    break;
                case "mustSupport" or "isModifier" when value.ValueKind == JsonValueKind.False && target[name] is { ValueKind: JsonValueKind.True }:
                    // What the base promises or warns of, a profile can't take back.
                    break;
                case "binding":
                    MergeBinding(differential, target, value);
                    break;
                case "short" or "definition" or "comment" or "requirements" or "meaningWhenMissing":
                    MergeText(target, name, value);
                    // Translations of what the base says do not translate this.
                    if (!differential.Members.ContainsKey("_" + name))
                        target.Members.Remove("_" + name);
                    break;
                default:
                    Replace(target, name, value);
                    break;
            }
        }
    }

    // A binding keeps the base's value set where it says none. Extensions have no codes of their own to bind.
    private void MergeBinding(ElementDraft differential, ElementDraft target, JsonElement binding)
    {
        if (target.IsExtension || binding.ValueKind != JsonValueKind.Object)
            return;
        if (target["binding"] is { ValueKind: JsonValueKind.Object } before)
        {
            if (!definition.IsSpecialization && JsonValues.SameText(before, "strength", "required") && !JsonValues.SameText(binding, "strength", "required"))
                throw Fault(differential, "The binding weakens the required one of the base; a profile can only make it stronger, so say strength required.");
            if (!binding.TryGetProperty("valueSet", out _) && before.TryGetProperty("valueSet", out var valueSet))
                binding = JsonValues.With(binding, "valueSet", valueSet);
        }

        target.Members["binding"] = binding;
    }

    // fixedCode only where a code can be, and so on (R4 elementdefinition.html, "fixed[x]").
    private void RequireValuesOfType(ElementDraft differential, ElementDraft target)
    {
        foreach (var name in differential.Members.Keys)
        {
            var stem = name.StartsWith("fixed", StringComparison.Ordinal) ? "fixed" : name.StartsWith("pattern", StringComparison.Ordinal) ? "pattern" : null;
            if (stem is null || IsPrimitiveValue(target) || target.TypeCodes() is not { Count: > 0 } codes)
                continue;
            var type = name[stem.Length..];
            if (!codes.Exists(code => code.Contains("://", StringComparison.Ordinal) || AreRelated(code, type)))
                throw Fault(differential, $"{name} is no value of the element's type; say it as one of {string.Join(", ", codes.Select(code => $"{stem}{char.ToUpperInvariant(code[0])}{code[1..]}"))}.");
        }
    }

    // Quantity fits Age and the reverse; names of primitives differ in case only (fixedUri, uri).
    private bool AreRelated(string code, string suffix)
    {
        var lower = char.ToLowerInvariant(suffix[0]) + suffix[1..];
        return string.Equals(code, suffix, StringComparison.Ordinal) || string.Equals(code, lower, StringComparison.Ordinal)
            || IsOneOf(code, suffix, lower) || IsOneOf(suffix, code) || IsOneOf(lower, code);
    }

    private static void Replace(ElementDraft target, string name, JsonElement value)
    {
        // One fixed value, one pattern, one bound: whatever type the base's had.
        foreach (var choice in (ReadOnlySpan<string>)["fixed", "pattern", "defaultValue", "minValue", "maxValue"])
        {
            if (name.StartsWith(choice, StringComparison.Ordinal))
            {
                foreach (var other in target.Members.Keys.Where(key => key.StartsWith(choice, StringComparison.Ordinal)).ToList())
                    target.Members.Remove(other);
            }
        }

        target.Members[name] = value;
    }

    // "..." at the start adds to what the base says (R4 elementdefinition.html).
    private static void MergeText(ElementDraft target, string name, JsonElement value)
    {
        var text = value.GetString();
        target.Members[name] = text is not null && text.StartsWith("...", StringComparison.Ordinal) && target.Text(name) is { } before
            ? JsonValues.Text($"{before}\r\n{text[3..]}")
            : value;
    }

    private static void Append(ElementDraft target, string name, JsonElement value)
    {
        target.Members[name] = target.Members.TryGetValue(name, out var before)
            ? JsonValues.Union(before, value, KeyOf(name))
            : value;
    }

    private static Func<JsonElement, string> KeyOf(string name) => name switch
    {
        "constraint" => static item => JsonValues.KeyOf(item, "key"),
        "mapping" => static item => $"{JsonValues.KeyOf(item, "identity")} {JsonValues.KeyOf(item, "map")}",
        "extension" => static item => JsonValues.KeyOf(item, "url"),
        _ => static item => item.ValueKind == JsonValueKind.String ? item.GetString()! : item.GetRawText(),
    };

    private void RequireNarrower(ElementDraft differential, ElementDraft target, Role role)
    {
        var (min, max) = Cardinality(target, target);
        var (newMin, newMax) = Cardinality(differential, target);
        if (newMin < min)
            throw Fault(differential, $"min {newMin} widens the {min} of the base; a profile can only raise it, so say {min} or more.");
        if (newMax > max && role is not Role.NewSlice)
            throw Fault(differential, $"max {Show(newMax)} widens the {Show(max)} of the base; a profile can only lower it, so say {Show(max)} or less.");
        if (newMin > newMax)
            throw Fault(differential, $"min {newMin} is above max {Show(newMax)}; lower min or raise max.");
        if (!definition.IsSpecialization && differential["type"] is not null && target["type"] is not null && !IsPrimitiveValue(target))
            RequireKnownTypes(differential, target);
    }

    private void RequireKnownTypes(ElementDraft differential, ElementDraft target)
    {
        var allowed = target.TypeCodes();
        var canonicals = allowed.Select(SnapshotSession.CanonicalOf).ToHashSet(StringComparer.Ordinal);
        foreach (var code in differential.TypeCodes())
        {
            if (!IsOneOf(code, canonicals))
                throw Fault(differential, $"The type {code} is none of the base's ({string.Join(", ", allowed)}); keep to these or to types that derive from them.");
        }
    }

    // R4 writes ids, urls and primitive values with FHIRPath's types; profiles may use FHIR's names for them.
    private static bool IsPrimitiveValue(ElementDraft target) =>
        target.TypeCodes() is [var only] && only.StartsWith("http://hl7.org/fhirpath/", StringComparison.Ordinal);

    private bool IsOneOf(string code, params string[] allowed) => IsOneOf(code, allowed.Select(SnapshotSession.CanonicalOf).ToHashSet(StringComparer.Ordinal));

    private bool IsOneOf(string code, HashSet<string> canonicals)
    {
        var canonical = SnapshotSession.CanonicalOf(code);
        for (var i = 0; canonical is not null && i < session.Limits.MaxDefinitions; i++)
        {
            if (canonicals.Contains(canonical))
                return true;
            canonical = session.BaseOf(canonical);
        }

        return false;
    }

    private (long Min, long Max) Cardinality(ElementDraft element, ElementDraft fallback)
    {
        var min = (element["min"] ?? fallback["min"]) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var least) ? least : 0;
        var max = element.Text("max") ?? fallback.Text("max") ?? "*";
        return max == "*" ? (min, long.MaxValue)
            : long.TryParse(max, NumberStyles.None, CultureInfo.InvariantCulture, out var most) ? (min, most)
            : throw Fault(element, $"max '{max}' is neither a number nor '*'; say one of them.");
    }

    private static string Show(long max) => max == long.MaxValue ? "*" : max.ToString(CultureInfo.InvariantCulture);
}
