// The definitions of this server's own operations, so that what /metadata names can be read.

using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FhirHub.Server;

/// <summary>
/// OperationDefinitions (R4 operationdefinition.html) of operations that R4 does not define, at
/// <c>OperationDefinition/fhirhub-[name]</c>. They are part of the program, so they are read-only and have one version; R4's own
/// are known by their canonical URLs.
/// </summary>
public static class OperationDefinitions
{
    private const string Prefix = "fhirhub-";

    /// <summary>The address below the base of an own operation's definition.</summary>
    public static string AddressOf(string name) => $"OperationDefinition/{Prefix}{name}";

    /// <summary>The definition with that id, or null.</summary>
    public static ReadOnlyMemory<byte>? Find(FhirServer server, string baseUrl, string id)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(id);
        return id.StartsWith(Prefix, StringComparison.Ordinal)
            && server.Operations.All.FirstOrDefault(o => o.IsOwn && o.Definition == $"OperationDefinition/{id}") is { } operation
            ? Write(operation, baseUrl)
            : null;
    }

    private static ReadOnlyMemory<byte> Write(Operation operation, string baseUrl)
    {
        var output = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("resourceType", "OperationDefinition");
            json.WriteString("id", Prefix + operation.Name);
            json.WriteString("url", $"{baseUrl}/{operation.Definition}");
            json.WriteString("name", string.Concat(operation.Name.Split('-').Select(w => char.ToUpperInvariant(w[0]) + w[1..])));
            json.WriteString("status", "active");
            json.WriteString("kind", "operation");
            if (operation.Description.Length > 0)
                json.WriteString("description", operation.Description);
            json.WriteBoolean("affectsState", operation.AffectsState);
            json.WriteString("code", operation.Name);
            if ((operation.Levels & (OperationLevels.Type | OperationLevels.Instance)) != 0)
            {
                json.WriteStartArray("resource");
                foreach (var type in operation.Types.Count > 0 ? operation.Types : ["Resource"])
                    json.WriteStringValue(type);
                json.WriteEndArray();
            }

            json.WriteBoolean("system", operation.Levels.HasFlag(OperationLevels.System));
            json.WriteBoolean("type", operation.Levels.HasFlag(OperationLevels.Type));
            json.WriteBoolean("instance", operation.Levels.HasFlag(OperationLevels.Instance));
            WriteParameters(json, "parameter", operation.Parameters);
            json.WriteEndObject();
        }

        return output.WrittenMemory;
    }

    private static void WriteParameters(Utf8JsonWriter json, string name, IReadOnlyList<OperationParameter> parameters)
    {
        if (parameters.Count == 0)
            return;
        json.WriteStartArray(name);
        foreach (var parameter in parameters)
        {
            json.WriteStartObject();
            json.WriteString("name", parameter.Name);
            json.WriteString("use", parameter.IsOutput ? "out" : "in");
            json.WriteNumber("min", parameter.IsRequired ? 1 : 0);
            json.WriteString("max", parameter.Repeats ? "*" : "1");
            json.WriteString("documentation", parameter.Documentation);
            if (parameter.Type is not null)
                json.WriteString("type", parameter.Type);
            WriteParameters(json, "part", parameter.Parts);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
