// DICOM JSON as data sets (PS3.18 F). It comes from clients.

using System.Text;
using System.Text.Json;

namespace FhirHub.Dicom;

/// <summary>Reads the DICOM JSON model (PS3.18 F.2). Text becomes UTF-8, and the data set says so.</summary>
public static class DicomJsonReader
{
    /// <summary>Reads one data set, an object.</summary>
    /// <exception cref="DicomException">It is no DICOM JSON.</exception>
    public static DicomDataset Read(ReadOnlySpan<byte> utf8, DicomReadOptions? options = null)
    {
        var reading = new Reading(options ?? DicomReadOptions.Default);
        return reading.Run(utf8, static (Reading state, ref Utf8JsonReader json) => state.Dataset(ref json, null, 0));
    }

    /// <summary>Reads an array of data sets, or one.</summary>
    /// <exception cref="DicomException">It is no DICOM JSON.</exception>
    public static IReadOnlyList<DicomDataset> ReadAll(ReadOnlySpan<byte> utf8, DicomReadOptions? options = null)
    {
        var reading = new Reading(options ?? DicomReadOptions.Default);
        return reading.Run(utf8, static (Reading state, ref Utf8JsonReader json) =>
        {
            if (json.TokenType != JsonTokenType.StartArray)
                return (List<DicomDataset>)[state.Dataset(ref json, null, 0)];
            var datasets = new List<DicomDataset>();
            while (json.Read() && json.TokenType != JsonTokenType.EndArray)
                datasets.Add(state.Dataset(ref json, null, 0));
            return datasets;
        });
    }

    private delegate T Body<T>(Reading state, ref Utf8JsonReader json);

    private sealed class Reading(DicomReadOptions options)
    {
        private int _elements;
        private bool _needsUtf8;

        public T Run<T>(ReadOnlySpan<byte> utf8, Body<T> body)
        {
            // Each level of sequences is an object, an array and an object around the values.
            var json = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = (3 * options.Depth) + 8 });
            try
            {
                json.Read();
                var result = body(this, ref json);
                return json.Read() ? throw new JsonException("something follows the end") : result;
            }
            catch (JsonException fault)
            {
                throw new DicomException(DicomFault.Malformed, $"it is not JSON, or nested too deep: {fault.Message.TrimEnd('.')}", null, json.BytesConsumed, fault);
            }
            catch (InvalidOperationException fault)
            {
                // A string that is no UTF-8 tells only when it is read.
                throw new DicomException(DicomFault.Malformed, "a string is not UTF-8", null, json.BytesConsumed, fault);
            }
        }

        public DicomDataset Dataset(ref Utf8JsonReader json, DicomDataset? parent, int depth)
        {
            if (parent is null)
                _needsUtf8 = false;
            if (json.TokenType != JsonTokenType.StartObject)
                throw Misplaced(ref json, null, "a data set is an object");
            if (depth > options.Depth)
                throw new DicomException(DicomFault.LimitExceeded, $"sequences are nested more than {options.Depth} deep", null, json.TokenStartIndex);
            var dataset = new DicomDataset(parent, 0);
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                if (json.ValueSpan.Length > 64 || !DicomTag.TryParse(json.GetString(), out var tag) || tag.IsDelimiter)
                    throw Misplaced(ref json, null, "the name of an attribute is the eight digits of its tag");
                if (++_elements > options.MaxElements)
                    throw new DicomException(DicomFault.LimitExceeded, $"there are more than {options.MaxElements:N0} elements", tag, json.TokenStartIndex);
                json.Read();
                var element = Element(ref json, dataset, tag, depth);
                if (!tag.IsGroupLength)
                    dataset.Append(element);
            }

            dataset.Order();
            ModelCharacterSet.Declare(dataset, ref _needsUtf8);
            return dataset;
        }

        private DicomElement Element(ref Utf8JsonReader json, DicomDataset dataset, DicomTag tag, int depth)
        {
            if (json.TokenType != JsonTokenType.StartObject)
                throw Misplaced(ref json, tag, "an attribute is an object with its vr");
            var vr = ModelValues.RequireVR(tag, FindVR(json));
            DicomElement? element = null;
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var isValue = json.ValueTextEquals("Value"u8);
                var isInline = json.ValueTextEquals("InlineBinary"u8);
                var isUri = json.ValueTextEquals("BulkDataURI"u8);
                json.Read();
                if (!isValue && !isInline && !isUri)
                {
                    json.Skip();
                    continue;
                }

                if (element is not null)
                    throw Misplaced(ref json, tag, "an attribute has one of Value, InlineBinary and BulkDataURI");
                element = isValue ? Value(ref json, dataset, tag, vr, depth)
                    : isInline ? ModelValues.MakeInline(tag, vr, Text(ref json, tag))
                    : new DicomElement(tag, vr, Text(ref json, tag));
            }

            return element ?? (vr == DicomVR.SQ ? new(tag, (DicomDataset[])[]) : new(tag, vr, default(ReadOnlyMemory<byte>)));
        }

        // The vr comes first as a rule; where it does not, this looks ahead on a copy.
        private static string? FindVR(Utf8JsonReader ahead)
        {
            while (ahead.Read() && ahead.TokenType == JsonTokenType.PropertyName)
            {
                var found = ahead.ValueTextEquals("vr"u8);
                ahead.Read();
                if (found)
                    return ahead.TokenType == JsonTokenType.String ? ahead.GetString() : "";
                ahead.Skip();
            }

            return null;
        }

        private DicomElement Value(ref Utf8JsonReader json, DicomDataset dataset, DicomTag tag, DicomVR vr, int depth)
        {
            if (json.TokenType != JsonTokenType.StartArray)
                throw Misplaced(ref json, tag, "Value is an array");
            if (vr == DicomVR.SQ)
            {
                var items = new List<DicomDataset>();
                while (json.Read() && json.TokenType != JsonTokenType.EndArray)
                {
                    if (++_elements > options.MaxElements)
                        throw new DicomException(DicomFault.LimitExceeded, $"there are more than {options.MaxElements:N0} elements and items", tag, json.TokenStartIndex);
                    items.Add(json.TokenType == JsonTokenType.Null ? new(dataset, 0) : Dataset(ref json, dataset, depth + 1));
                }

                return new(tag, items);
            }

            var values = new List<string?>();
            while (json.Read() && json.TokenType != JsonTokenType.EndArray)
            {
                values.Add(json.TokenType switch
                {
                    JsonTokenType.Null => null,
                    JsonTokenType.String => json.GetString(),
                    // The digits as they are: a number of decimals would lose some.
                    JsonTokenType.Number => Encoding.ASCII.GetString(json.ValueSpan),
                    JsonTokenType.StartObject when vr == DicomVR.PN => Name(ref json, tag),
                    _ => throw Misplaced(ref json, tag, "a value is text, a number or null"),
                });
            }

            return values.Count == 0 ? new(tag, vr, default(ReadOnlyMemory<byte>)) : ModelValues.Make(tag, vr, values);
        }

        private static string Name(ref Utf8JsonReader json, DicomTag tag)
        {
            string alphabetic = "", ideographic = "", phonetic = "";
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var group = json.GetString();
                json.Read();
                var text = json.TokenType == JsonTokenType.Null ? "" : Text(ref json, tag);
                if (text.Contains('=', StringComparison.Ordinal))
                    throw Misplaced(ref json, tag, "a group of a name has an equals sign, which parts groups");
                switch (group)
                {
                    case "Alphabetic":
                        alphabetic = text;
                        break;
                    case "Ideographic":
                        ideographic = text;
                        break;
                    case "Phonetic":
                        phonetic = text;
                        break;
                    default:
                        throw Misplaced(ref json, tag, "a name has the groups Alphabetic, Ideographic and Phonetic");
                }
            }

            return $"{alphabetic}={ideographic}={phonetic}".TrimEnd('=');
        }

        private static string Text(ref Utf8JsonReader json, DicomTag tag) =>
            json.TokenType == JsonTokenType.String ? json.GetString()! : throw Misplaced(ref json, tag, "text is expected here");

        private static DicomException Misplaced(ref Utf8JsonReader json, DicomTag? tag, string reason) =>
            new(DicomFault.Malformed, reason, tag, json.TokenStartIndex);
    }
}
