// Writes FHIR JSON, resource by resource, into one buffer that is used again.

using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FhirHub.Samples.Region;

/// <summary>A writer of resources; elements come out in the order in which they are written.</summary>
internal sealed class FhirWriter : IDisposable
{
    private readonly ArrayBufferWriter<byte> _buffer = new(4096);

    // Chinese stays readable; the text goes into no HTML.
    private readonly Utf8JsonWriter _json;
    private string _type = "";
    private string _id = "";

    public FhirWriter() => _json = new Utf8JsonWriter(_buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>Writes a resource.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="id">Its logical id.</param>
    /// <param name="profile">Id of the exchange's profile that it meets, if there is one for it.</param>
    /// <param name="elements">Writes its elements.</param>
    public RegionResource Resource(string type, string id, string? profile, Action<FhirWriter> elements)
    {
        (_type, _id) = (type, id);
        _buffer.ResetWrittenCount();
        _json.Reset();
        _json.WriteStartObject();
        _json.WriteString("resourceType", type);
        _json.WriteString("id", id);
        if (profile is not null)
            Object("meta", w => w.Array("profile", p => p._json.WriteStringValue(Exchange.Profile(profile))));
        elements(this);
        _json.WriteEndObject();
        _json.Flush();
        return new RegionResource(_type, _id, _buffer.WrittenSpan.ToArray());
    }

    public void String(string name, string value) => _json.WriteString(name, value);

    public void Value(string value) => _json.WriteStringValue(value);

    public void Boolean(string name, bool value) => _json.WriteBoolean(name, value);

    public void Integer(string name, int value) => _json.WriteNumber(name, value);

    public void Date(string name, DateOnly value) => _json.WriteString(name, Time.Format(value));

    public void Instant(string name, DateTime value) => _json.WriteString(name, Time.Format(value));

    public void Decimal(string name, decimal value) =>
        Raw(name, value.ToString(CultureInfo.InvariantCulture));

    public void Object(string name, Action<FhirWriter> content)
    {
        _json.WriteStartObject(name);
        content(this);
        _json.WriteEndObject();
    }

    public void Array(string name, Action<FhirWriter> content)
    {
        _json.WriteStartArray(name);
        content(this);
        _json.WriteEndArray();
    }

    /// <summary>An item of an array.</summary>
    public void Item(Action<FhirWriter> content)
    {
        _json.WriteStartObject();
        content(this);
        _json.WriteEndObject();
    }

    /// <summary>An array of one item.</summary>
    public void Single(string name, Action<FhirWriter> content) => Array(name, w => w.Item(content));

    public void Strings(string name, params IEnumerable<string> values) => Array(name, w =>
    {
        foreach (var value in values)
            w.Value(value);
    });

    public void Coding(string name, Coding coding) => Object(name, w => w.Write(coding));

    public void Concept(string name, Concept concept) => Object(name, w => w.Write(concept));

    public void Concepts(string name, params IEnumerable<Concept> concepts) => Array(name, w =>
    {
        foreach (var concept in concepts)
            w.Item(item => item.Write(concept));
    });

    public void Reference(string name, string reference, string? display = null) => Object(name, w => w.Write(reference, display));

    public void References(string name, params IEnumerable<string> references) => Array(name, w =>
    {
        foreach (var reference in references)
            w.Item(item => item.Write(reference, null));
    });

    /// <summary>A quantity in a UCUM unit.</summary>
    public void Quantity(string name, decimal value, string unit, string? shown = null) => Object(name, w =>
    {
        w.Decimal("value", value);
        w.String("unit", shown ?? unit);
        w.String("system", Exchange.Ucum);
        w.String("code", unit);
    });

    public void Period(string name, DateTime start, DateTime? end) => Object(name, w =>
    {
        w.Instant("start", start);
        if (end is { } last)
            w.Instant("end", last);
    });

    public void Money(string name, decimal yuan) => Object(name, w =>
    {
        w.Decimal("value", yuan);
        w.String("currency", "CNY");
    });

    /// <summary>An extension of the exchange's package, as an item of the array at hand.</summary>
    public void Extension(string name, Action<FhirWriter> value) => ExtensionOf(Exchange.Extension(name), value);

    /// <summary>An extension, as an item of the array at hand.</summary>
    public void ExtensionOf(string url, Action<FhirWriter> value) => Item(w =>
    {
        w.String("url", url);
        value(w);
    });

    /// <summary>The elements of a business identifier.</summary>
    public void Identify(string system, string value)
    {
        String("system", system);
        String("value", value);
    }

    public void Dispose() => _json.Dispose();

    private void Write(Coding coding)
    {
        String("system", coding.System);
        String("code", coding.Code);
        if (coding.Display is not null)
            String("display", coding.Display);
    }

    private void Write(Concept concept)
    {
        if (concept.Codings.Length > 0)
        {
            Array("coding", w =>
            {
                foreach (var coding in concept.Codings)
                    w.Item(item => item.Write(coding));
            });
        }

        if (concept.Text is not null)
            String("text", concept.Text);
    }

    private void Write(string reference, string? display)
    {
        String("reference", reference);
        if (display is not null)
            String("display", display);
    }

    private void Raw(string name, string number)
    {
        _json.WritePropertyName(name);
        _json.WriteRawValue(number);
    }
}
