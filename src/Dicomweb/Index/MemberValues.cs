// The values of a stored attribute, read from its DICOM JSON: what is compared with the keys of a search.

using System.Globalization;
using System.Text;
using System.Text.Json;
using FhirHub.Dicom;

namespace FhirHub.Dicomweb;

/// <summary>Reads values of attributes out of DICOM JSON (PS3.18 F.2).</summary>
internal static class MemberValues
{
    // "00080020": and then the object.
    private const int NameLength = 11;

    /// <summary>Sequences are as deep here as they may be in a file.</summary>
    public static JsonReaderOptions ReaderOptions { get; } = new() { MaxDepth = (4 * DicomReadOptions.GreatestDepth) + 8 };

    /// <summary>Adds the values of a path; an empty one is an empty text. Groups of a person name have equals signs between them.</summary>
    /// <param name="members">Attributes as <see cref="LevelMembers"/> stores them.</param>
    /// <param name="path">The path.</param>
    /// <param name="values">Gets the values.</param>
    /// <param name="vr">The VR that the attribute has there, or that of the dictionary.</param>
    /// <returns>Whether the attribute is there, with or without a value.</returns>
    public static bool Read(ReadOnlySpan<byte> members, AttributePath path, List<string> values, out DicomVR vr)
    {
        vr = path.VR;
        return TryFind(members, path.Root, out var text) && ReadText(text, path, values, ref vr);
    }

    /// <summary>Finds the object of an attribute.</summary>
    public static bool TryFind(ReadOnlySpan<byte> members, AttributeStep step, out ReadOnlySpan<byte> text)
    {
        text = default;
        var tag = step.Tag;
        if (step.Creator is { } creator)
        {
            if (BlockOf(members, tag.Group, creator) is not { } block)
                return false;
            tag = new(tag.Group, (ushort)((block << 8) | (byte)tag.Element));
        }

        var reader = new LevelMembersReader(members);
        if (!reader.Find(tag))
            return false;
        text = reader.Text[NameLength..];
        return true;
    }

    /// <summary>Adds the values of a path within the object of its first attribute.</summary>
    public static bool ReadText(ReadOnlySpan<byte> text, AttributePath path, List<string> values, ref DicomVR vr)
    {
        if (path.Steps.Count > 1)
        {
            var json = new Utf8JsonReader(text, ReaderOptions);
            using var document = JsonDocument.ParseValue(ref json);
            return Descend(document.RootElement, path.Steps, 1, values, ref vr);
        }

        var attribute = new Utf8JsonReader(text, ReaderOptions);
        attribute.Read();
        while (attribute.Read() && attribute.TokenType == JsonTokenType.PropertyName)
        {
            var isVR = attribute.ValueTextEquals("vr"u8);
            var isValue = attribute.ValueTextEquals("Value"u8);
            attribute.Read();
            if (isVR)
                vr = DicomVRFacts.Parse(attribute.GetString());
            else if (isValue && vr != DicomVR.SQ)
                Values(ref attribute, values);
            else
                attribute.Skip();
        }

        return true;
    }

    /// <summary>Adds the values of a path in a whole data set as JSON.</summary>
    public static bool Read(JsonElement dataset, AttributePath path, List<string> values, out DicomVR vr)
    {
        vr = path.VR;
        return Find(dataset, path.Steps[0]) is { } attribute && Descend(attribute, path.Steps, 1, values, ref vr);
    }

    /// <summary>The attribute of a data set as JSON.</summary>
    public static JsonElement? Find(JsonElement dataset, AttributeStep step) => Find(dataset, step, out _);

    /// <summary>The attribute of a data set as JSON, and its tag there.</summary>
    public static JsonElement? Find(JsonElement dataset, AttributeStep step, out DicomTag tag)
    {
        tag = step.Tag;
        for (var block = 0x10; step.Creator is not null && block <= 0xFF; block++)
        {
            if (!dataset.TryGetProperty(new DicomTag(step.Tag.Group, (ushort)block).ToHex(), out var creator)
                || !creator.TryGetProperty("Value"u8, out var value) || value.GetArrayLength() == 0 || !value[0].ValueEquals(step.Creator))
            {
                continue;
            }

            tag = new DicomTag(step.Tag.Group, (ushort)((block << 8) | (byte)step.Tag.Element));
            break;
        }

        return dataset.TryGetProperty(tag.ToHex(), out var attribute) ? attribute : null;
    }

    private static bool Descend(JsonElement attribute, IReadOnlyList<AttributeStep> steps, int at, List<string> values, ref DicomVR vr)
    {
        var hasValue = attribute.TryGetProperty("Value", out var value);
        if (at == steps.Count)
        {
            vr = attribute.TryGetProperty("vr"u8, out var code) ? DicomVRFacts.Parse(code.GetString()) : vr;
            if (hasValue && vr != DicomVR.SQ)
            {
                foreach (var one in value.EnumerateArray())
                    values.Add(Text(one));
            }

            return true;
        }

        var found = false;
        if (!hasValue || value.ValueKind != JsonValueKind.Array)
            return found;
        foreach (var item in value.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.Object && Find(item, steps[at]) is { } inner)
                found |= Descend(inner, steps, at + 1, values, ref vr);
        }

        return found;
    }

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.Object => Name(Group(value, "Alphabetic"u8), Group(value, "Ideographic"u8), Group(value, "Phonetic"u8)),
        _ => "",
    };

    private static string Group(JsonElement name, ReadOnlySpan<byte> group) => name.TryGetProperty(group, out var text) ? text.GetString() ?? "" : "";

    private static string Name(string alphabetic, string ideographic, string phonetic) =>
        ideographic.Length == 0 && phonetic.Length == 0 ? alphabetic : string.Create(CultureInfo.InvariantCulture, $"{alphabetic}={ideographic}={phonetic}").TrimEnd('=');

    private static void Values(ref Utf8JsonReader json, List<string> values)
    {
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            switch (json.TokenType)
            {
                case JsonTokenType.String:
                    values.Add(json.GetString()!);
                    break;
                case JsonTokenType.Number:
                    values.Add(Encoding.ASCII.GetString(json.ValueSpan));
                    break;
                case JsonTokenType.StartObject:
                    values.Add(ReadName(ref json));
                    break;
                default:
                    values.Add("");
                    break;
            }
        }
    }

    private static string ReadName(ref Utf8JsonReader json)
    {
        string alphabetic = "", ideographic = "", phonetic = "";
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var group = json.ValueSpan[0];
            json.Read();
            var text = json.GetString() ?? "";
            if (group == (byte)'A')
                alphabetic = text;
            else if (group == (byte)'I')
                ideographic = text;
            else
                phonetic = text;
        }

        return Name(alphabetic, ideographic, phonetic);
    }

    /// <summary>The block that a creator has within a group; null if it has none.</summary>
    public static byte? BlockOf(ReadOnlySpan<byte> members, ushort group, string creator)
    {
        var reader = new LevelMembersReader(members);
        var names = new List<string>(1);
        while (reader.Next() && reader.Tag.Group <= group)
        {
            if (reader.Tag.Group != group || !reader.Tag.IsPrivateCreator)
                continue;
            names.Clear();
            var vr = DicomVR.LO;
            ReadText(reader.Text[NameLength..], AttributePath.Of(reader.Tag), names, ref vr);
            if (names.Contains(creator))
                return (byte)reader.Tag.Element;
        }

        return null;
    }
}
