// RFC 6901: the way to a value in JSON.

using System.Globalization;
using System.Text.Json.Nodes;

namespace FhirHub.Model;

/// <summary>A JSON Pointer.</summary>
internal sealed class JsonPointer
{
    private readonly string _text;
    private readonly string[] _steps;

    private JsonPointer(string text, string[] steps)
    {
        _text = text;
        _steps = steps;
    }

    /// <summary>True for the whole document.</summary>
    public bool IsRoot => _steps.Length == 0;

    /// <summary>Number of steps.</summary>
    public int Depth => _steps.Length;

    /// <summary>The last step: a member's name, an index, or <c>-</c>.</summary>
    public string Last => _steps[^1];

    public static JsonPointer Parse(string text)
    {
        if (text.Length == 0)
            return new JsonPointer(text, []);
        if (text[0] != '/')
            throw new PatchException(PatchFailure.InvalidPatch, "invalid", $"'{text}' is not a JSON Pointer: it must be empty or begin with /.");
        var steps = text[1..].Split('/');
        for (var i = 0; i < steps.Length; i++)
        {
            for (var at = steps[i].IndexOf('~', StringComparison.Ordinal); at >= 0; at = steps[i].IndexOf('~', at + 1))
            {
                if (at + 1 == steps[i].Length || steps[i][at + 1] is not ('0' or '1'))
                    throw new PatchException(PatchFailure.InvalidPatch, "invalid", $"'{text}' is not a JSON Pointer: ~ must be written ~0.");
            }

            // In this order, so that ~01 is ~1 and not a slash.
            steps[i] = steps[i].Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
        }

        return new JsonPointer(text, steps);
    }

    /// <summary>True if the other is this one or lies within what it points to.</summary>
    public bool Contains(JsonPointer other) =>
        other._steps.Length >= _steps.Length && other._steps.AsSpan(0, _steps.Length).SequenceEqual(_steps);

    /// <summary>The value; the failure names the step that leads nowhere.</summary>
    public JsonNode? Resolve(JsonNode? document) => Walk(document, _steps.Length);

    /// <summary>What holds the value: an object or an array.</summary>
    public JsonNode ResolveParent(JsonNode? document) => Walk(document, _steps.Length - 1) switch
    {
        JsonObject or JsonArray => Walk(document, _steps.Length - 1)!,
        _ => throw Nowhere(_steps.Length - 1),
    };

    /// <summary>The index that a step means in an array of that length; <paramref name="end"/> is the last one allowed.</summary>
    public int Index(string step, int end)
    {
        // Digits only and no leading zeros (RFC 6901, section 4).
        var valid = step == "0" || (step.Length is > 0 and < 10 && step[0] != '0' && step.All(char.IsAsciiDigit));
        if (!valid || int.Parse(step, CultureInfo.InvariantCulture) is var index && index > end)
            throw new PatchException(PatchFailure.NotApplicable, "invalid", $"There is nothing at {_text}: '{step}' is not an index of the array.");
        return index;
    }

    /// <summary>There is no value where the pointer leads.</summary>
    public PatchException Nowhere(int step) =>
        new(PatchFailure.NotApplicable, "invalid", $"There is nothing at {_text}: the resource has no '{(step < 0 || step >= _steps.Length ? "" : _steps[step])}' there.");

    private JsonNode? Walk(JsonNode? node, int count)
    {
        for (var i = 0; i < count; i++)
        {
            node = node switch
            {
                JsonObject members => members.TryGetPropertyValue(_steps[i], out var value) ? value : throw Nowhere(i),
                JsonArray items => items[Index(_steps[i], items.Count - 1)],
                _ => throw Nowhere(i),
            };
        }

        return node;
    }

    /// <inheritdoc/>
    public override string ToString() => _text;
}
