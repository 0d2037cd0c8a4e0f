// How index entries lie in a document: by parameter, in a form that SQL can compare and that can be read back without loss.

using System.Globalization;
using System.Text.Json;
using FhirHub.Search;

namespace FhirHub.Storage.Cosmos;

/// <summary>
/// Writes and reads index entries. They are an object with an array for each <see cref="SearchParameter.IndexKey"/>; numbers that JSON would
/// round, and dates, are texts of hexadecimal digits that sort as the values do.
/// </summary>
internal static class EntryCodec
{
    private const ulong SignBit = 1UL << 63;

    /// <summary>Writes the entries as an object.</summary>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<IndexEntry> entries)
    {
        json.WriteStartObject();
        foreach (var group in entries.GroupBy(static entry => entry.Parameter.IndexKey, StringComparer.Ordinal))
        {
            json.WriteStartArray(group.Key);
            foreach (var entry in group)
                Write(json, entry);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    /// <summary>The entries of the parameters that are asked for.</summary>
    /// <param name="entries">The object; undefined for none.</param>
    /// <param name="parameters">Parameters by <see cref="SearchParameter.IndexKey"/>; an entry appears once for each that shares the key.</param>
    public static IReadOnlyList<IndexEntry> Read(JsonElement entries, ILookup<string, SearchParameter> parameters)
    {
        var found = new List<IndexEntry>();
        if (entries.ValueKind != JsonValueKind.Object)
            return found;
        foreach (var group in entries.EnumerateObject())
        {
            foreach (var parameter in parameters[group.Name])
            {
                foreach (var entry in group.Value.EnumerateArray())
                    found.Add(Read(entry, parameter));
            }
        }

        return found;
    }

    /// <summary>A whole number as text that sorts as it does.</summary>
    public static string Sortable(long value) => ((ulong)value ^ SignBit).ToString("x16", CultureInfo.InvariantCulture);

    /// <summary>A decimal number as text that sorts as it does.</summary>
    public static string Sortable(decimal value) => Convert.ToHexStringLower(SortableDecimal.Encode(value));

    private static void Write(Utf8JsonWriter json, IndexEntry entry)
    {
        json.WriteStartObject();
        switch (entry)
        {
            case StringEntry text:
                json.WriteString("k", "s");
                json.WriteString("f", text.Folded);
                json.WriteString("x", text.Exact);
                if (text.Reading != NameReading.None)
                    json.WriteNumber("r", (int)text.Reading);
                break;
            case TokenEntry token:
                json.WriteString("k", "t");
                WriteIf(json, "s", token.System);
                WriteIf(json, "c", token.Code);
                WriteIf(json, "x", token.Text);
                if (token.IdentifierType is var (system, code))
                {
                    json.WriteString("ys", system);
                    json.WriteString("yc", code);
                }

                break;
            case DateEntry date:
                json.WriteString("k", "d");
                json.WriteString("l", Sortable(date.Low));
                json.WriteString("h", Sortable(date.High));
                break;
            case NumberEntry number:
                json.WriteString("k", "n");
                WriteNumbers(json, "", number.Low, number.High, number.Value);
                break;
            case QuantityEntry quantity:
                json.WriteString("k", "q");
                WriteNumbers(json, "", quantity.Low, quantity.High, quantity.Value);
                WriteIf(json, "s", quantity.System);
                WriteIf(json, "c", quantity.Code);
                WriteIf(json, "u", quantity.Unit);
                if (quantity.CanonicalUnits is { } units)
                {
                    json.WriteString("cu", units);
                    WriteNumbers(json, "c", quantity.Canonical.Low, quantity.Canonical.High, quantity.Canonical.Value);
                }

                break;
            case ReferenceEntry reference:
                json.WriteString("k", "r");
                WriteIf(json, "t", reference.Type);
                WriteIf(json, "i", reference.Id);
                WriteIf(json, "u", reference.Url);
                WriteIf(json, "v", reference.Version);
                WriteIf(json, "is", reference.IdentifierSystem);
                WriteIf(json, "iv", reference.IdentifierValue);
                break;
            case UriEntry uri:
                json.WriteString("k", "u");
                json.WriteString("u", uri.Uri);
                break;
            case PositionEntry position:
                json.WriteString("k", "p");
                json.WriteNumber("la", position.Latitude);
                json.WriteNumber("lo", position.Longitude);
                break;
            case CompositeEntry composite:
                json.WriteString("k", "c");
                json.WriteStartArray("p");
                foreach (var component in composite.Components)
                    Write(json, component);
                json.WriteEndArray();
                break;
            default:
                throw new ArgumentException($"A {entry.GetType().Name} can't be stored.", nameof(entry));
        }

        json.WriteEndObject();
    }

    private static IndexEntry Read(JsonElement json, SearchParameter parameter)
    {
        switch (Text(json, "k"))
        {
            case "s":
                return new StringEntry(parameter, Text(json, "f")!, Text(json, "x")!) { Reading = json.TryGetProperty("r", out var reading) ? (NameReading)reading.GetInt32() : NameReading.None };
            case "t":
                return new TokenEntry(parameter, Text(json, "s"), Text(json, "c"), Text(json, "x"))
                {
                    IdentifierType = Text(json, "ys") is { } system ? (system, Text(json, "yc")!) : null,
                };
            case "d":
                return new DateEntry(parameter, Whole(json, "l"), Whole(json, "h"));
            case "n":
                return new NumberEntry(parameter, Number(json, "ln"), Number(json, "hn"), Number(json, "vn"));
            case "q":
                var quantity = new QuantityEntry(parameter, Number(json, "ln"), Number(json, "hn"), Number(json, "vn"), Text(json, "s"), Text(json, "c"), Text(json, "u"));
                return Text(json, "cu") is { } units
                    ? quantity with { CanonicalUnits = units, Canonical = (Number(json, "cln"), Number(json, "chn"), Number(json, "cvn")) }
                    : quantity;
            case "r":
                return new ReferenceEntry(parameter, Text(json, "t"), Text(json, "i"), Text(json, "u"), Text(json, "v"))
                {
                    IdentifierSystem = Text(json, "is"),
                    IdentifierValue = Text(json, "iv"),
                };
            case "u":
                return new UriEntry(parameter, Text(json, "u")!);
            case "p":
                return new PositionEntry(parameter, json.GetProperty("la").GetDouble(), json.GetProperty("lo").GetDouble());
            case "c":
                return new CompositeEntry(parameter, [.. json.GetProperty("p").EnumerateArray().Zip(parameter.Components, static (part, component) => Read(part, component.Parameter))]);
            case var kind:
                throw new StoreException($"An index entry is of the kind '{kind}', which this program does not know.");
        }
    }

    // The sortable texts are for SQL, the plain ones are read back.
    private static void WriteNumbers(Utf8JsonWriter json, string prefix, decimal low, decimal high, decimal value)
    {
        json.WriteString(prefix + "l", Sortable(low));
        json.WriteString(prefix + "h", Sortable(high));
        json.WriteString(prefix + "ln", low.ToString(CultureInfo.InvariantCulture));
        json.WriteString(prefix + "hn", high.ToString(CultureInfo.InvariantCulture));
        json.WriteString(prefix + "vn", value.ToString(CultureInfo.InvariantCulture));
    }

    private static void WriteIf(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
            json.WriteString(name, value);
    }

    private static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static decimal Number(JsonElement json, string name) => decimal.Parse(Text(json, name)!, NumberStyles.Number, CultureInfo.InvariantCulture);

    private static long Whole(JsonElement json, string name) => (long)(ulong.Parse(Text(json, name)!, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) ^ SignBit);
}
