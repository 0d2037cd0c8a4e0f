// Parameters as JSON, written in one go: most answers of a terminology server are a handful of them, many thousand times a second.

using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using FhirHub.Terminology;

namespace FhirHub.Server;

/// <summary>Writes a Parameters resource (R4 parameters.html). A value that is null is left out with its parameter.</summary>
internal sealed class ParametersWriter : IDisposable
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly ArrayBufferWriter<byte> _output = new(1024);
    private readonly Utf8JsonWriter _json;
    private bool _isOpen;

    public ParametersWriter()
    {
        _json = new Utf8JsonWriter(_output, Relaxed);
        _json.WriteStartObject();
        _json.WriteString("resourceType"u8, "Parameters"u8);
    }

    /// <summary>Ends the resource.</summary>
    public ReadOnlyMemory<byte> End()
    {
        if (_isOpen)
            _json.WriteEndArray();
        _json.WriteEndObject();
        Dispose();
        return _output.WrittenMemory;
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();

    /// <summary>The resource as an answer.</summary>
    public FhirAnswer ToAnswer(FhirCall call) =>
        new(200) { Json = End(), Shape = ResourceShape.Whole with { Pretty = ResourceShape.Parse(call.Parameters, forSearch: false).Pretty } };

    public void Boolean(ReadOnlySpan<byte> name, bool value)
    {
        Begin(name);
        _json.WriteBoolean("valueBoolean"u8, value);
        _json.WriteEndObject();
    }

    public void Integer(ReadOnlySpan<byte> name, int value)
    {
        Begin(name);
        _json.WriteNumber("valueInteger"u8, value);
        _json.WriteEndObject();
    }

    public void String(ReadOnlySpan<byte> name, string? value) => Text(name, "valueString"u8, value);

    public void Code(ReadOnlySpan<byte> name, string? value) => Text(name, "valueCode"u8, value);

    public void Uri(ReadOnlySpan<byte> name, string? value) => Text(name, "valueUri"u8, value);

    public void Canonical(ReadOnlySpan<byte> name, string? value) => Text(name, "valueCanonical"u8, value);

    public void Coding(ReadOnlySpan<byte> name, CodingValue? value)
    {
        if (value is null)
            return;
        Begin(name);
        WriteCoding("valueCoding"u8, value);
        _json.WriteEndObject();
    }

    /// <summary>A parameter whose value or resource is JSON at hand.</summary>
    public void Raw(ReadOnlySpan<byte> name, ReadOnlySpan<byte> property, ReadOnlyMemory<byte> json)
    {
        Begin(name);
        _json.WritePropertyName(property);
        _json.WriteRawValue(json.Span, skipInputValidation: true);
        _json.WriteEndObject();
    }

    /// <summary>The value of a property of a concept, in its type.</summary>
    public void Property(ReadOnlySpan<byte> name, ConceptProperty property)
    {
        if (property.Coding is not null)
        {
            Coding(name, property.Coding);
            return;
        }

        switch (property.Type)
        {
            case PropertyType.Integer or PropertyType.Decimal or PropertyType.Boolean:
                Begin(name);
                _json.WritePropertyName(property.Type switch
                {
                    PropertyType.Integer => "valueInteger"u8,
                    PropertyType.Decimal => "valueDecimal"u8,
                    _ => "valueBoolean"u8,
                });
                _json.WriteRawValue(property.Text, skipInputValidation: false);
                _json.WriteEndObject();
                break;
            default:
                Text(
                    name,
                    property.Type switch
                    {
                        PropertyType.Code => "valueCode"u8,
                        PropertyType.DateTime => "valueDateTime"u8,
                        _ => "valueString"u8,
                    },
                    property.Text);
                break;
        }
    }

    /// <summary>Begins a parameter that consists of parts; what is written next are its parts.</summary>
    public void BeginParts(ReadOnlySpan<byte> name)
    {
        Begin(name);
        _json.WriteStartArray("part"u8);
    }

    /// <summary>Ends the parts.</summary>
    public void EndParts()
    {
        _json.WriteEndArray();
        _json.WriteEndObject();
    }

    /// <summary>Issues as an OperationOutcome in a parameter; nothing if there are none.</summary>
    public void Issues(ReadOnlySpan<byte> name, IReadOnlyList<TerminologyIssue> issues)
    {
        if (issues.Count == 0)
            return;
        Begin(name);
        _json.WriteStartObject("resource"u8);
        _json.WriteString("resourceType"u8, "OperationOutcome"u8);
        _json.WriteStartArray("issue"u8);
        foreach (var issue in issues)
            WriteIssue(issue);
        _json.WriteEndArray();
        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    private void WriteIssue(TerminologyIssue issue)
    {
        _json.WriteStartObject();
        _json.WriteString("severity"u8, OutcomeWriter.SeverityOf(issue.Severity));
        _json.WriteString("code"u8, issue.Code);
        _json.WriteStartObject("details"u8);
        _json.WriteStartArray("coding"u8);
        WriteCoding(default, new CodingValue(TerminologyIssueType.System, null, issue.Type));
        _json.WriteEndArray();
        _json.WriteString("text"u8, OutcomeWriter.Printable(issue.Text));
        _json.WriteEndObject();
        if (issue.Location is { } location)
        {
            // Readers of DSTU2 and STU3 days look at location, those of today at expression.
            foreach (var name in (ReadOnlySpan<string>)["location", "expression"])
            {
                _json.WriteStartArray(name);
                _json.WriteStringValue(location);
                _json.WriteEndArray();
            }
        }

        _json.WriteEndObject();
    }

    private void WriteCoding(ReadOnlySpan<byte> property, CodingValue coding)
    {
        if (property.IsEmpty)
            _json.WriteStartObject();
        else
            _json.WriteStartObject(property);
        if (coding.System is { Length: > 0 } system)
            _json.WriteString("system"u8, system);
        if (coding.Version is { Length: > 0 } version)
            _json.WriteString("version"u8, version);
        _json.WriteString("code"u8, coding.Code);
        if (coding.Display is { Length: > 0 } display)
            _json.WriteString("display"u8, display);
        _json.WriteEndObject();
    }

    private void Text(ReadOnlySpan<byte> name, ReadOnlySpan<byte> property, string? value)
    {
        if (string.IsNullOrEmpty(value))
            return;
        Begin(name);
        _json.WriteString(property, value);
        _json.WriteEndObject();
    }

    private void Begin(ReadOnlySpan<byte> name)
    {
        if (!_isOpen)
            _json.WriteStartArray("parameter"u8);
        _isOpen = true;
        _json.WriteStartObject();
        _json.WriteString("name"u8, name);
    }
}
