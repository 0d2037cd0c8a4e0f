// Profiles, tags and security labels as the sets that they are.

using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using FhirHub.Model;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>
/// Adds and takes away labels (R4 resource-operation-meta-add.html: "The identity of a tag or security label is the system+code";
/// a profile's is its URL).
/// </summary>
internal static class MetaLabels
{
    /// <summary>Different labels of a kind that a type's or the system's <c>$meta</c> lists.</summary>
    public const int MaxInUse = 10_000;

    private static readonly string[] Names = ["profile", "security", "tag"];

    /// <summary>The resource with these labels too.</summary>
    public static ResourceTree Add(ResourceTree resource, ElementNode labels) => Change(
        resource,
        (name, present) => [.. present, .. labels.ChildrenOf(name).ToList().Where(l => !present.Any(p => IsSame(p, l))).DistinctBy(Identity)]);

    /// <summary>The resource without these labels.</summary>
    public static ResourceTree Delete(ResourceTree resource, ElementNode labels) => Change(
        resource,
        (name, present) => [.. present.Where(p => !labels.ChildrenOf(name).ToList().Any(l => IsSame(p, l)))]);

    /// <summary>A Meta of labels, in the order of their text.</summary>
    public static byte[] Write(IEnumerable<IndexedValue> profiles, IEnumerable<IndexedValue> security, IEnumerable<IndexedValue> tags)
    {
        var output = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            var urls = profiles.Select(p => p.Value).Order(StringComparer.Ordinal).ToList();
            if (urls.Count > 0)
            {
                json.WriteStartArray("profile");
                foreach (var url in urls)
                    json.WriteStringValue(url);
                json.WriteEndArray();
            }

            WriteCodings(json, "security", security);
            WriteCodings(json, "tag", tags);
            json.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }

    private static void WriteCodings(Utf8JsonWriter json, string name, IEnumerable<IndexedValue> codings)
    {
        var sorted = codings.OrderBy(c => c.System, StringComparer.Ordinal).ThenBy(c => c.Value, StringComparer.Ordinal).ToList();
        if (sorted.Count == 0)
            return;
        json.WriteStartArray(name);
        foreach (var (system, code) in sorted)
        {
            json.WriteStartObject();
            if (system is not null)
                json.WriteString("system", system);
            json.WriteString("code", code);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static ResourceTree Change(ResourceTree resource, Func<string, List<ElementNode>, IReadOnlyList<ElementNode>> change)
    {
        var root = resource.Root;
        var meta = root.Child("meta");
        var output = new ArrayBufferWriter<byte>(resource.Json.Length + 256);
        output.Write("{\"resourceType\":\""u8);
        output.Write(root.Type.Utf8Name.Span);
        output.Write("\",\"meta\":{"u8);
        var any = false;
        if (meta.Exists)
        {
            ResourceWriter.WriteMembers(meta, output, leadingComma: false, static e => !Names.Contains(e.Name));
            any = output.WrittenSpan[^1] != (byte)'{';
        }

        foreach (var name in Names)
        {
            var labels = change(name, meta.Exists ? meta.ChildrenOf(name).ToList() : []);
            if (labels.Count == 0)
                continue;
            output.Write(any ? ",\""u8 : "\""u8);
            output.Write(System.Text.Encoding.UTF8.GetBytes(name));
            output.Write("\":["u8);
            for (var i = 0; i < labels.Count; i++)
            {
                if (i > 0)
                    output.Write(","u8);
                ResourceWriter.WriteJson(labels[i], output);
            }

            output.Write("]"u8);
            any = true;
        }

        output.Write("}"u8);
        ResourceWriter.WriteMembers(root, output, leadingComma: true, static e => e.Name != "meta");
        output.Write("}"u8);
        return ResourceParser.ParseJson(output.WrittenMemory).Tree!;
    }

    private static bool IsSame(ElementNode left, ElementNode right) => Identity(left) == Identity(right);

    private static (string?, string?) Identity(ElementNode label) =>
        label.IsPrimitive ? (null, label.GetString()) : (label.ChildValue("system"), label.ChildValue("code"));
}
