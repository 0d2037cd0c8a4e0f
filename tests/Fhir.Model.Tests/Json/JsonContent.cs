// Compares JSON by content: order of properties and escapes are free, digits of numbers are not.

using System.Text.Json;

namespace FhirHub.Model.Tests.Json;

/// <summary>Content of JSON texts.</summary>
internal static class JsonContent
{
    /// <summary>The path of the first difference, or null if there is none.</summary>
    public static string? FirstDifference(ReadOnlyMemory<byte> expected, ReadOnlyMemory<byte> actual)
    {
        var options = new JsonDocumentOptions { MaxDepth = 1024 };
        using var a = JsonDocument.Parse(expected, options);
        using var b = JsonDocument.Parse(actual, options);
        return FirstDifference(a.RootElement, b.RootElement, "$");
    }

    private static string? FirstDifference(JsonElement expected, JsonElement actual, string path)
    {
        if (expected.ValueKind != actual.ValueKind)
            return $"{path} is {actual.ValueKind} instead of {expected.ValueKind}";
        switch (expected.ValueKind)
        {
            case JsonValueKind.Object:
                var rest = actual.EnumerateObject().Count();
                foreach (var property in expected.EnumerateObject())
                {
                    if (!actual.TryGetProperty(property.Name, out var twin))
                        return $"{path}.{property.Name} is missing";
                    if (FirstDifference(property.Value, twin, $"{path}.{property.Name}") is { } inner)
                        return inner;
                    rest--;
                }

                return rest == 0 ? null : $"{path} has {rest} properties too many";
            case JsonValueKind.Array:
                if (expected.GetArrayLength() != actual.GetArrayLength())
                    return $"{path} has {actual.GetArrayLength()} items instead of {expected.GetArrayLength()}";
                return expected.EnumerateArray().Zip(actual.EnumerateArray())
                    .Select((pair, i) => FirstDifference(pair.First, pair.Second, $"{path}[{i}]"))
                    .FirstOrDefault(difference => difference is not null);
            case JsonValueKind.Number:
                return expected.GetRawText() == actual.GetRawText() ? null : $"{path} is {actual.GetRawText()} instead of {expected.GetRawText()}";
            case JsonValueKind.String:
                return expected.GetString() == actual.GetString() ? null : $"{path} has another text";
            default:
                return null;
        }
    }
}
