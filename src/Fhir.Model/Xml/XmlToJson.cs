// Writes the JSON that FHIR XML means (R4 json.html#xml), compactly, and remembers where in the XML each part of it was.

using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FhirHub.Model;

/// <summary>One conversion of read XML to JSON.</summary>
internal sealed class XmlToJson : IDisposable
{
    private readonly ArrayBufferWriter<byte> _output = new(4096);
    private readonly Utf8JsonWriter _json;

    public XmlToJson() => _json = new Utf8JsonWriter(_output, new JsonWriterOptions
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
        MaxDepth = int.MaxValue,
    });

    /// <summary>Where in the XML each part of the JSON was.</summary>
    public XmlPlaces Places { get; } = new();

    /// <summary>The resource as JSON.</summary>
    public ReadOnlyMemory<byte> Write(XmlItem resource)
    {
        WriteObject(resource);
        _json.Flush();
        return _output.WrittenMemory;
    }

    /// <summary>The issue with its place in the JSON changed to that in the XML.</summary>
    public Issue Locate(Issue issue)
    {
        if (issue.Column == 0)
            return issue;

        // Compact JSON has one line, so the column is the offset.
        var (line, column) = Places.Find(issue.Column - 1);
        return issue with { Line = line, Column = column };
    }

    public void Dispose() => _json.Dispose();

    private void Mark(XmlItem item) => Places.Add(_json.BytesCommitted + _json.BytesPending, item.Line, item.Column);

    private void WriteObject(XmlItem item)
    {
        Mark(item);
        _json.WriteStartObject();
        if (item.Type.IsResource)
            _json.WriteString("resourceType"u8, item.Type.Utf8Name.Span);
        var children = item.Children;
        for (var first = 0; first < children.Count;)
        {
            var end = first + 1;
            while (end < children.Count && ReferenceEquals(children[end].Definition, children[first].Definition))
                end++;
            WriteRun(children, first, end);
            first = end;
        }

        _json.WriteEndObject();
    }

    private void WriteRun(IReadOnlyList<XmlItem> items, int first, int end)
    {
        var definition = items[first].Definition!;
        var name = definition.JsonNameFor(items[first].Type);
        if (!definition.IsArray)
        {
            WriteSingle(items[first], name);
            return;
        }

        var hasValues = !items[first].Type.IsPrimitive;
        var hasTwins = false;
        for (var i = first; i < end && items[i].Type.IsPrimitive; i++)
        {
            hasValues |= items[i].Value is not null;
            hasTwins |= items[i].Children.Count > 0;
        }

        if (hasValues)
        {
            Mark(items[first]);
            _json.WriteStartArray(name);
            for (var i = first; i < end; i++)
                WriteValue(items[i]);
            _json.WriteEndArray();
        }

        if (hasTwins)
        {
            _json.WriteStartArray("_" + name);
            for (var i = first; i < end; i++)
            {
                if (items[i].Children.Count > 0)
                    WriteObject(items[i]);
                else
                    _json.WriteNullValue();
            }

            _json.WriteEndArray();
        }
    }

    private void WriteSingle(XmlItem item, string name)
    {
        Mark(item);
        if (!item.Type.IsPrimitive || item.Value is not null)
        {
            _json.WritePropertyName(name);
            WriteValue(item);
        }

        if (item.Type.IsPrimitive && item.Children.Count > 0)
        {
            _json.WritePropertyName("_" + name);
            WriteObject(item);
        }
    }

    private void WriteValue(XmlItem item)
    {
        if (!item.Type.IsPrimitive)
        {
            WriteObject(item);
            return;
        }

        Mark(item);
        if (item.Value is null)
            _json.WriteNullValue();
        else if (PrimitiveFormat.IsJsonString(item.Type.Primitive))
            _json.WriteStringValue(item.Value);
        else
            _json.WriteRawValue(Encoding.UTF8.GetBytes(item.Value), skipInputValidation: true);
    }
}
