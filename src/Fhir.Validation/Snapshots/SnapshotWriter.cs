// The tree of drafts as a StructureDefinition with a snapshot.

using System.Buffers;
using System.Text.Json;
using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>Writes what the generator made.</summary>
internal static class SnapshotWriter
{
    // The order of R4 elementdefinition.html; a choice stands for all members that start with it.
    private static readonly string[] Order =
    [
        "extension", "modifierExtension", "path", "representation", "sliceName", "sliceIsConstraining", "label", "code", "slicing", "short",
        "definition", "comment", "requirements", "alias", "min", "max", "base", "contentReference", "type", "defaultValue",
        "meaningWhenMissing", "orderMeaning", "fixed", "pattern", "example", "minValue", "maxValue", "maxLength", "condition",
        "constraint", "mustSupport", "isModifier", "isModifierReason", "isSummary", "binding", "mapping",
    ];

    private static readonly JsonWriterOptions Options = new() { MaxDepth = 512, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The definition with that snapshot in place of its own, read back for those who walk it.</summary>
    public static Snapshot Write(SourceDefinition definition, ElementDraft root, SnapshotLimits limits)
    {
        var buffer = new ArrayBufferWriter<byte>(1 << 16);
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            var budget = new SnapshotBudget(definition.Name, limits);
            var written = false;
            writer.WriteStartObject();
            foreach (var member in definition.Json.EnumerateObject())
            {
                if (member.Name == "differential")
                    Once();
                if (member.Name != "snapshot")
                    member.WriteTo(writer);
            }

            Once();
            writer.WriteEndObject();

            void Once()
            {
                if (written)
                    return;
                written = true;
                writer.WriteStartObject("snapshot");
                writer.WriteStartArray("element");
                WriteElement(writer, root, root.Name, root.Name, budget);
                writer.WriteEndArray();
                writer.WriteEndObject();
            }
        }

        var tree = ResourceParser.ParseJson(buffer.WrittenMemory).Tree
            ?? throw new SnapshotException(definition.Name, null, "Its snapshot is no StructureDefinition that can be read; correct the definition's own JSON.");
        return new Snapshot(tree, limits);
    }

    private static void WriteElement(Utf8JsonWriter writer, ElementDraft draft, string path, string id, SnapshotBudget budget)
    {
        budget.Spend();
        writer.WriteStartObject();
        writer.WriteString("id", id);
        var pathWritten = false;
        var nameWritten = draft.SliceName is null;
        foreach (var (rank, name, value) in draft.Members.Select(static member => (Rank(member.Key), member.Key, member.Value)).OrderBy(static member => member.Item1))
        {
            if (!pathWritten && rank > 2)
            {
                writer.WriteString("path", path);
                pathWritten = true;
            }

            if (!nameWritten && rank > 4)
            {
                writer.WriteString("sliceName", draft.SliceName);
                nameWritten = true;
            }

            writer.WritePropertyName(name);
            value.WriteTo(writer);
        }

        if (!pathWritten)
            writer.WriteString("path", path);
        if (!nameWritten)
            writer.WriteString("sliceName", draft.SliceName);
        writer.WriteEndObject();

        foreach (var child in draft.Children)
            WriteElement(writer, child, $"{path}.{child.Name}", child.SliceName is { } own ? $"{id}.{child.Name}:{own}" : $"{id}.{child.Name}", budget);
        var unsliced = draft.SliceName is null ? id : id[..^(draft.SliceName.Length + 1)];
        foreach (var slice in draft.Slices)
            WriteElement(writer, slice, path, $"{unsliced}:{slice.SliceName}", budget);
    }

    private static int Rank(string member)
    {
        var name = member.AsSpan(member.StartsWith('_') ? 1 : 0);
        for (var i = 0; i < Order.Length; i++)
        {
            var known = Order[i].AsSpan();
            if (name.SequenceEqual(known) || (Order[i] is "defaultValue" or "fixed" or "pattern" or "minValue" or "maxValue" && name.StartsWith(known, StringComparison.Ordinal)))
                return i;
        }

        return Order.Length;
    }
}
