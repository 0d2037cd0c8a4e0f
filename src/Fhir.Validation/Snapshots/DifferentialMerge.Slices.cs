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

        Merge(slice, known, role, depth + 1);
    }

    private ElementDraft AddSlice(ElementDraft slice, ElementDraft target)
    {
        var name = slice.SliceName!;
        var sliced = target.SlicedBy(name);
        RequireSlicing(slice, sliced);
        var added = sliced.Copy(session.Budget, name);
        added.Id = slice.Id;

        // One slice need not be there because some repetition must.
        added.Members["min"] = Zero;
        sliced.Slices.Add(added);
        return added;
    }

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
    private void MergeTypeChoice(ElementDraft child, ElementDraft choice, JsonElement type, bool alone, int depth)
    {
        var name = child.SliceName ?? child.Name;
        if (choice.Slice(name) is not { } slice)
        {
            slice = choice.Copy(session.Budget, name);
            slice.Id = $"{choice.Id}:{name}";
            slice.Members["type"] = JsonValues.Array([type]);
            choice.Slices.Add(slice);
            if (child.Text("max") != "0" && (_narrowed.ContainsKey(choice) || !choice.Members.ContainsKey("slicing")))
            {
                choice.Members["slicing"] = ClosedTypeSlicing;
                choice.Members["type"] = _narrowed.TryAdd(choice, choice["type"]!.Value)
                    ? slice.Members["type"]
                    : JsonValues.Array(choice["type"]!.Value.EnumerateArray().Append(type));
            }
            else if (!choice.Members.ContainsKey("slicing"))
            {
                choice.Members["slicing"] = TypeSlicing;
            }

            // One of several types need not be there because some value must.
            if (!alone || choice["type"]!.Value.GetArrayLength() > 1)
                slice.Members["min"] = Zero;
        }

        Merge(child, slice, Role.Element, depth + 1);
    }

    private (ElementDraft? Choice, JsonElement Type) ChoiceOf(string name, ElementDraft target)
    {
        foreach (var child in target.Children)
        {
            if (!child.IsChoice || child["type"] is not { } types)
                continue;
            var stem = child.Name.AsSpan(0, child.Name.Length - "[x]".Length);
            if (!name.AsSpan().StartsWith(stem, StringComparison.Ordinal))
                continue;
            foreach (var type in _narrowed.GetValueOrDefault(child, types).EnumerateArray())
            {
                if (type.TryGetProperty("code", out var code) && code.GetString() is { Length: > 0 } text
                    && char.ToUpperInvariant(text[0]) == (name.Length > stem.Length ? name[stem.Length] : '\0')
                    && name.AsSpan(stem.Length + 1).SequenceEqual(text.AsSpan(1)))
                {
                    return (child, type);
                }
            }
        }

        return (null, default);
    }
}
