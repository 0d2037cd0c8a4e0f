// How generated scripts are written: what is short stands on one line, so that people can read a test at a glance.

using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FhirHub.Conformance.Generation;

/// <summary>Writes JSON for people, always in the same way.</summary>
internal static class ScriptText
{
    private const int Width = 160;

    private static readonly JsonSerializerOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The text of a resource, with LF and a line end at its end.</summary>
    public static byte[] Write(JsonObject resource)
    {
        var text = new StringBuilder();
        Write(text, resource, 0, 0);
        return Encoding.UTF8.GetBytes(text.Append('\n').ToString());
    }

    private static void Write(StringBuilder text, JsonNode? node, int depth, int taken)
    {
        var line = node?.ToJsonString(s_options) ?? "null";
        if (node is not (JsonObject { Count: > 0 } or JsonArray { Count: > 0 }) || (depth > 0 && (depth * 2) + taken + line.Length <= Width))
        {
            text.Append(line);
            return;
        }

        if (node is JsonObject record)
        {
            text.Append('{');
            var isFirst = true;
            foreach (var (name, value) in record)
            {
                Start(text, depth + 1, ref isFirst);
                var label = $"{JsonSerializer.Serialize(name, s_options)}: ";
                text.Append(label);
                Write(text, value, depth + 1, label.Length);
            }

            End(text, depth, '}');
            return;
        }

        text.Append('[');
        var isFirstItem = true;
        foreach (var item in (JsonArray)node)
        {
            Start(text, depth + 1, ref isFirstItem);
            Write(text, item, depth + 1, 0);
        }

        End(text, depth, ']');
    }

    private static void Start(StringBuilder text, int depth, ref bool isFirst)
    {
        if (!isFirst)
            text.Append(',');
        isFirst = false;
        text.Append('\n').Append(' ', depth * 2);
    }

    private static void End(StringBuilder text, int depth, char bracket) => text.Append('\n').Append(' ', depth * 2).Append(bracket);
}
