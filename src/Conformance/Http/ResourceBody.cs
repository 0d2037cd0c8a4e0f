// Bodies made of resources: in the format that is asked for, with another id.

using System.Buffers;
using System.Text;
using System.Text.Json;
using FhirHub.Model;

namespace FhirHub.Conformance;

/// <summary>Writes resources as bodies.</summary>
internal static class ResourceBody
{
    /// <summary>The resource as a body of a media type: XML where that is XML, else JSON.</summary>
    public static Payload Write(ResourceTree tree, string contentType) =>
        new(new Payload(default, contentType).IsXml ? ResourceWriter.ToXml(tree.Root) : ResourceWriter.ToJson(tree.Root), contentType);

    /// <summary>The resource with an id, in place of its own if it has one; without any if that is null.</summary>
    public static Payload WithId(ResourceTree tree, string? id, bool isXml, string? contentType)
    {
        var output = new ArrayBufferWriter<byte>(tree.Json.Length + 64);
        output.Write(Encoding.UTF8.GetBytes($"{{\"resourceType\":\"{tree.ResourceType}\""));
        if (id is not null)
            output.Write(Encoding.UTF8.GetBytes($",\"id\":\"{JsonEncodedText.Encode(id)}\""));
        ResourceWriter.WriteMembers(tree.Root, output, leadingComma: true, static element => element.Name != "id");
        output.Write("}"u8);
        if (!isXml)
            return new Payload(output.WrittenSpan.ToArray(), contentType);
        return ResourceParser.ParseJson(output.WrittenSpan.ToArray()).Tree is { } changed
            ? new Payload(ResourceWriter.ToXml(changed.Root), contentType)
            : throw new StepException($"The {tree.ResourceType} can't be given the id '{id}'.");
    }
}
