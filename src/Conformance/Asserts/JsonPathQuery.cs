// JSONPath over the JSON form of a body.

using System.Globalization;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace FhirHub.Conformance;

/// <summary>Evaluates JSONPath, as Newtonsoft.Json understands it.</summary>
internal static class JsonPathQuery
{
    // A regular expression is tried on each value that a filter looks at; this and the greatest time of one bound them all together.
    private const int MaxMatchedTokens = 5_000;

    private static readonly JsonSelectSettings Settings = new() { RegexMatchTimeout = TimeSpan.FromMilliseconds(20) };

    /// <summary>The values (<see cref="PathQuery.Evaluate"/>).</summary>
    /// <exception cref="StepException">The path or the body can't be read, or it costs too much.</exception>
    public static IReadOnlyList<string> Evaluate(string path, Payload body)
    {
        var document = Read(body, out var tokens, out var depth);
        if (JsonPathCost.Estimate(path, tokens, depth) > JsonPathCost.Most)
        {
            throw new StepException(
                $"The JSONPath {Excerpt.Of(path)} could look at more than {JsonPathCost.Most:N0} places of this body. Name properties instead of '..', unions or filters within filters.");
        }

        if (tokens > MaxMatchedTokens && path.Contains("=~", StringComparison.Ordinal))
        {
            throw new StepException(
                $"The JSONPath matches a regular expression in a body of {tokens} values; {MaxMatchedTokens} are allowed. Use FHIRPath's matches() or a smaller body.");
        }

        try
        {
            return PathQuery.Collect(path, document.SelectTokens(path, Settings).Select(TextOf));
        }
        catch (Exception e) when (e is JsonException or ArgumentException or FormatException or OverflowException or InvalidCastException)
        {
            throw new StepException($"{Excerpt.Of(path)} is no JSONPath that can be evaluated: {e.Message}");
        }
        catch (System.Text.RegularExpressions.RegexMatchTimeoutException)
        {
            throw new StepException($"A regular expression in {Excerpt.Of(path)} takes too long. Make it simpler, without repetitions within repetitions.");
        }
    }

    private static JToken Read(Payload body, out int tokens, out int depth)
    {
        if (BodyJson.Of(body) is not { IsEmpty: false } bytes)
            throw new StepException($"JSONPath needs JSON, and the body is {Bodies.Describe(body)}.");
        try
        {
            using var text = new StreamReader(new MemoryStream(bytes.ToArray(), writable: false));
            using var reader = new JsonTextReader(text) { DateParseHandling = DateParseHandling.None, FloatParseHandling = FloatParseHandling.Decimal, MaxDepth = 128 };
            var document = JToken.ReadFrom(reader);
            (tokens, depth) = Measure(document);
            return document;
        }
        catch (JsonException e)
        {
            throw new StepException($"JSONPath needs JSON, and the body can't be read as such: {e.Message}");
        }
    }

    private static (int Tokens, int Depth) Measure(JToken document)
    {
        var (tokens, depth) = (0, 0);
        var waiting = new Stack<(JToken Token, int Depth)>([(document, 1)]);
        while (waiting.TryPop(out var next))
        {
            tokens++;
            depth = Math.Max(depth, next.Depth);
            if (next.Token is not JContainer container)
                continue;

            // A property and its value are one place.
            var below = next.Token is JProperty ? next.Depth : next.Depth + 1;
            foreach (var child in container.Children())
                waiting.Push((child, below));
        }

        return (tokens, depth);
    }

    private static string TextOf(JToken token) => token switch
    {
        JValue { Value: null } => "",
        JValue { Value: bool truth } => truth ? "true" : "false",
        JValue value => Convert.ToString(value.Value, CultureInfo.InvariantCulture) ?? "",
        _ => token.ToString(Formatting.None),
    };
}
