// Scripts in one file that a server takes: what they read from files lies in Binary resources beside them.

using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FhirHub.Conformance;

/// <summary>Writes scripts as NDJSON, each after the fixtures that it needs (R4 testscript.html#fixtures).</summary>
public static class ScriptBundle
{
    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the scripts of a folder. A fixture is what its Binary holds, byte for byte, also where that is no resource.</summary>
    /// <param name="folder">The scripts.</param>
    /// <param name="output">Where to.</param>
    /// <param name="cancel">Ends the writing.</param>
    /// <returns>The number of fixtures.</returns>
    /// <exception cref="ScriptException">A fixture is not there or may not be read.</exception>
    public static async Task<int> WriteAsync(ScriptFolder folder, Stream output, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(output);
        var written = new HashSet<string>(StringComparer.Ordinal);
        foreach (var script in folder.Scripts)
        {
            var json = JsonNode.Parse(script.Tree.Root.Json.Span)!.AsObject();
            json["id"] ??= IdOf(System.Text.Encoding.UTF8.GetBytes(script.Url + script.Name));
            foreach (var fixture in json["fixture"]?.AsArray() ?? [])
            {
                if (fixture?["resource"] is not JsonObject resource || (string?)resource["reference"] is not { } reference || reference.StartsWith('#'))
                    continue;
                var payload = await folder.ReadFixtureAsync(script, reference, cancel) ?? throw new ScriptException($"The fixture '{reference}' of {script.Source} is no file below the paths.");
                var id = IdOf([.. payload.Bytes.Span, .. System.Text.Encoding.UTF8.GetBytes(payload.ContentType ?? "")]);
                if (written.Add(id))
                    await WriteLineAsync(output, new JsonObject { ["resourceType"] = "Binary", ["id"] = id, ["contentType"] = payload.ContentType, ["data"] = Convert.ToBase64String(payload.Bytes.Span) }, cancel);
                resource["reference"] = $"Binary/{id}";
            }

            await WriteLineAsync(output, json, cancel);
        }

        return written.Count;
    }

    // The same content has the same id, however often it is written.
    private static string IdOf(byte[] content) => $"fixture-{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 20))}";

    private static async Task WriteLineAsync(Stream output, JsonObject resource, CancellationToken cancel)
    {
        await output.WriteAsync(System.Text.Encoding.UTF8.GetBytes(resource.ToJsonString(s_json)), cancel);
        await output.WriteAsync("\n"u8.ToArray(), cancel);
    }
}
