// Slices: new ones, those of the base, slices of slices, and the types of a choice (R4 profiling.html#slicing).

using System.Text.Json;

namespace FhirHub.Validation;

internal sealed partial class DifferentialMerge
{
    private static readonly JsonElement ExtensionSlicing =
        JsonValues.Parse("""{"discriminator":[{"type":"value","path":"url"}],"ordered":false,"rules":"open"}"""u8);

    private static readonly JsonElement TypeSlicing =
        JsonValues.Parse("""{"discriminator":[{"type":"type","path":"$this"}],"ordered":false,"rules":"open"}"""u8);

    private static readonly JsonElement ClosedTypeSlicing =
        JsonValues.Parse("""{"discriminator":[{"type":"type","path":"$this"}],"ordered":false,"rules":"closed"}"""u8);

    // Choices whose types this differential has narrowed, with the types that each had.
    private readonly Dictionary<ElementDraft, JsonElement> _narrowed = [];

    private void MergeSlice(ElementDraft slice, ElementDraft target, int depth)
    {
        var name = slice.SliceName!;
        var role = Role.Element;
        if (target.Slice(name) is not { } known)
        {
            role = Role.NewSlice;
            if (slice["sliceIsConstraining"] is { ValueKind: JsonValueKind.True })
                throw Fault(slice, $"sliceIsConstraining is true, but the base has no slice '{name}' of {target.Id}; correct the name or leave sliceIsConstraining out.");
            known = AddSlice(slice, target);
        }
        else if (slice["sliceIsConstraining"] is { ValueKind: JsonValueKind.False })
        {
            throw Fault(slice, $"sliceIsConstraining is false, but the base has a slice '{name}' of {target.Id}; choose another name, or say true to constrain it.");
        }

        Merge(slice, known, role, depth + 1);
    }

    private ElementDraft AddSlice(ElementDraft slice, ElementDraft target)
    {
        var name = slice.SliceName!;
        var sliced = target.SlicedBy(name);
        RequireSlicing(slice, sliced);
        if (sliced.IsChoice && sliced.SliceName is null && IsSlicedByType(sliced) && slice.TypeCodes() is [var code] && !string.Equals(name, NameOfType(sliced, code), StringComparison.Ordinal))
            throw Fault(slice, $"A slice for one type of a choice has the name of the choice and the type; call it '{NameOfType(sliced, code)}'.");
        var added = sliced.Copy(session.Budget, name);
        added.Id = slice.Id;
        if (sliced.IsChoice && slice["type"] is null && added["type"] is { ValueKind: JsonValueKind.Array } types
            && types.EnumerateArray().FirstOrDefault(type => CodeOf(type) is { } code && string.Equals(name, NameOfType(sliced, code), StringComparison.Ordinal)) is { ValueKind: JsonValueKind.Object } own)
        {
            added.Members["type"] = JsonValues.Array([own]);
        }

        // One slice need not be there because some repetition must.
        added.Members["min"] = Zero;
        if (sliced.SliceName is null && _supportedHere.Contains(sliced))
            added.Members.Remove("mustSupport");
        sliced.Slices.Add(added);
        return added;
    }

    // A slice name on what nothing slices: R4's own profiles name elements so (catalog, familymemberhistory-genetic).
    private static bool IsNameOnly(ElementDraft differential, ElementDraft target) =>
        differential.Slices is [{ Slices.Count: 0 } only] && differential.Members.Count == 0
        && (target.SliceName is null ? target.Slices.Count == 0 : string.Equals(target.SliceName, only.SliceName, StringComparison.Ordinal))
        && target["slicing"] is null && !target.IsExtension
        && !(target.IsChoice && (only.TypeCodes().Count == 1 || IsTypeName(only.SliceName!, target)));

    private static bool IsTypeName(string sliceName, ElementDraft choice) =>
        choice.TypeCodes().Exists(code => string.Equals(sliceName, NameOfType(choice, code), StringComparison.Ordinal));

    private static string NameOfType(ElementDraft choice, string code) =>
        $"{choice.Name[..^"[x]".Length]}{char.ToUpperInvariant(code[0])}{code[1..]}";

    // What does not repeat is not sliced, unless its slices are said to be alternatives.
    private void RequireSliceable(ElementDraft differential, ElementDraft target)
    {
        if (differential["slicing"] is not null && target["slicing"] is null && !target.IsChoice && target.Text("max") == "1" && differential.Text("max") is null)
            throw Fault(differential, "It does not repeat, so there is nothing to slice; leave slicing out and constrain the element, or say max 1 beside the slicing if its slices are alternatives.");
    }

    // A choice is sliced by type if its slicing says nothing else.
    private static void CompleteSlicing(ElementDraft target)
    {
        if (target.IsChoice && target["slicing"] is { ValueKind: JsonValueKind.Object } slicing && !slicing.TryGetProperty("discriminator", out _))
            target.Members["slicing"] = JsonValues.With(slicing, "discriminator", TypeSlicing.GetProperty("discriminator"));
    }

    // What the slices of a choice leave of its types (R4 profiling.html#slicing): one that must be there excludes all others, one
    // that must not be there is none of them, and where each type has its slice nothing else can come.
    private void NarrowChoice(ElementDraft choice, List<ElementDraft> said)
    {
        if (choice["type"] is not { ValueKind: JsonValueKind.Array } types || !IsSlicedByType(choice))
            return;
        var slices = choice.Slices.Where(static slice => slice.TypeCodes().Count == 1).ToLookup(static slice => slice.TypeCodes()[0], StringComparer.Ordinal);
        var required = choice.Text("max") == "1" ? slices.SelectMany(static group => group).FirstOrDefault(slice => Cardinality(slice, slice).Min > 0) : null;
        if (required is not null && said.Find(other => other.SliceName != required.SliceName && other.Text("max") != "0") is { } other)
            throw Fault(other, $"Only one value can be there, and the slice '{required.SliceName}' must be; leave this slice out, or lower the min of '{required.SliceName}'.");

        var left = types.EnumerateArray().Where(type => required is not null
            ? CodeOf(type) == required.TypeCodes()[0]
            : slices[CodeOf(type) ?? ""].FirstOrDefault()?.Text("max") != "0").ToList();
        if (left.Count > 0 && left.Count < types.GetArrayLength())
            choice.Members["type"] = JsonValues.Array(left);
        if (required is not null && Cardinality(choice, choice).Min < 1)
            choice.Members["min"] = required["min"]!.Value;
        if (left.Count > 0 && !JsonValues.SameText(choice["slicing"]!.Value, "rules", "closed") && left.TrueForAll(type => slices.Contains(CodeOf(type) ?? "")))
            choice.Members["slicing"] = ClosedTypeSlicing;
    }

    private static bool IsSlicedByType(ElementDraft choice) =>
        choice["slicing"] is { } slicing && slicing.TryGetProperty("discriminator", out var list)
        && list.GetArrayLength() == 1 && JsonValues.SameText(list[0], "type", "type") && JsonValues.SameText(list[0], "path", "$this");

    private static string? CodeOf(JsonElement type) => type.TryGetProperty("code", out var code) ? code.GetString() : null;

    private void RequireSlicing(ElementDraft slice, ElementDraft sliced)
    {
        if (sliced["slicing"] is { } slicing)
        {
            var says = (slicing.TryGetProperty("discriminator", out var list) && list.GetArrayLength() > 0) || slicing.TryGetProperty("description", out _);
            if (!says)
                throw Fault(slice, $"The slicing of {sliced.Id} has no discriminator, so nothing tells its slices apart; add one, or a description if no expression can.");
        }
        else if (sliced.IsExtension)
        {
            ElementRules.DescribeAsExtension(sliced);
            sliced.Members["slicing"] = ExtensionSlicing;
        }
        else if (sliced.IsChoice)
        {
            sliced.Members["slicing"] = TypeSlicing;
        }
        else
        {
            throw Fault(slice, $"{sliced.Id} is not sliced; put slicing with a discriminator on it before its slice '{slice.SliceName}'.");
        }
    }

    // valueQuantity for value[x]: a slice of that type, under the name that is short for it. Where nothing else is said of the
    // choice, the types that a profile names so are the ones that are left, as in R4's own profiles.
    private void MergeTypeChoice(ElementDraft child, ElementDraft choice, JsonElement type, bool isPlain, bool alone, int depth)
    {
        // valueQuantity may say its slice name too.
        if (child is { Members.Count: 0, Children.Count: 0, Slices: [var named] })
            child = named;
        var name = child.SliceName ?? child.Name;
        if (isPlain && child.SliceName is null && choice.Slices.Count == 0 && choice["slicing"] is null)
        {
            choice.Members["type"] = JsonValues.Array([type]);
            Merge(child, choice, Role.Element, depth + 1);
            return;
        }

        var isSaid = choice["slicing"] is not null && !_narrowed.ContainsKey(choice);
        if (isSaid && child.SliceName is not null && !string.Equals(child.SliceName, child.Name, StringComparison.Ordinal))
            throw Fault(child, $"A slice for one type of a choice has the name of the choice and the type; call it '{child.Name}'.");
        if (choice.Slice(name) is not { } slice)
        {
            slice = choice.Copy(session.Budget, name);
            slice.Id = $"{choice.Id}:{name}";
            slice.Members["type"] = JsonValues.Array([type]);
            if (_supportedHere.Contains(choice))
                slice.Members.Remove("mustSupport");
            choice.Slices.Add(slice);
            if (_narrowed.ContainsKey(choice) || choice["slicing"] is null)
            {
                choice.Members["slicing"] = ClosedTypeSlicing;
                choice.Members["type"] = _narrowed.TryAdd(choice, choice["type"]!.Value)
                    ? slice.Members["type"]
                    : JsonValues.Array(choice["type"]!.Value.EnumerateArray().Append(type));
            }

            // One of several types need not be there because some value must.
            if (!alone || choice["type"]!.Value.GetArrayLength() > 1)
                slice.Members["min"] = Zero;
        }

        Merge(child, slice, Role.Element, depth + 1);
        if (isSaid)
            NarrowChoice(choice, []);
    }

    // Where only one type can be, or within a slice of a backbone element, the choice itself is meant, as in R4's and US Core's
    // profiles (blood pressure, pulse oximetry).
    private static bool IsPlain(ElementDraft choice, ElementDraft parent, ElementDraft differential) =>
        differential.Child(choice.Name) is null
        && (choice["type"]!.Value.GetArrayLength() == 1 || (parent.SliceName is not null && parent.TypeCodes() is ["BackboneElement" or "Element"]));

    // How many of its types a differential speaks of by name, for each choice.
    private Dictionary<ElementDraft, int> Shortcuts(ElementDraft differential, ElementDraft target)
    {
        var counts = new Dictionary<ElementDraft, int>();
        foreach (var child in differential.Children)
        {
            if (target.Child(child.Name) is null && ChoiceOf(child.Name, target).Choice is { } choice)
                counts[choice] = counts.GetValueOrDefault(choice) + 1;
        }

        return counts;
    }

    private (ElementDraft? Choice, JsonElement Type) ChoiceOf(string name, ElementDraft target)
    {
        for (var end = 1; end < name.Length; end++)
        {
            if (!char.IsUpper(name[end]) || target.Child(name[..end] + "[x]") is not { } choice || choice["type"] is not { ValueKind: JsonValueKind.Array } types)
                continue;
            foreach (var type in _narrowed.GetValueOrDefault(choice, types).EnumerateArray())
            {
                if (CodeOf(type) is { Length: > 0 } code && char.ToUpperInvariant(code[0]) == name[end] && name.AsSpan(end + 1).SequenceEqual(code.AsSpan(1)))
                    return (choice, type);
            }
        }

        return (null, default);
    }
}
