// Resources whose body is the list of their index entries, so that a store can be tested without parsing or extraction.

using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FhirHub.Search;

namespace FhirHub.Storage.Tests.Contract;

/// <summary>Builds a resource and its entries; <see cref="Extract"/> reads them back from the stored body.</summary>
internal sealed class TestResource(string text = "")
{
    private readonly List<IndexEntry> _entries = [];
    private readonly List<LocalReference> _references = [];
    private readonly List<ContainedResource> _contained = [];
    private readonly List<string> _narrative = [];

    public TestResource With(params IndexEntry[] entries)
    {
        _entries.AddRange(entries);
        return this;
    }

    public TestResource Token(SearchParameter parameter, string? system, string? code, string? display = null) =>
        With(new TokenEntry(parameter, system, code, display is null ? null : StringFolding.Fold(display)));

    public TestResource String(SearchParameter parameter, string value) =>
        With(new StringEntry(parameter, StringFolding.Fold(value), value));

    public TestResource Date(SearchParameter parameter, string low, string? high = null) =>
        With(new DateEntry(parameter, Instant(low), Instant(high ?? low)));

    public TestResource Number(SearchParameter parameter, decimal value) =>
        With(new NumberEntry(parameter, value, value, value));

    public TestResource Reference(SearchParameter parameter, string type, string id)
    {
        _references.Add(new LocalReference("Resource", type, id));
        return With(new ReferenceEntry(parameter, type, id, null));
    }

    /// <summary>A reference that no search parameter finds.</summary>
    public TestResource Mention(string type, string id)
    {
        _references.Add(new LocalReference("Resource", type, id));
        return this;
    }

    /// <summary>A resource within this one.</summary>
    public TestResource Contain(string type, string id, params IndexEntry[] entries)
    {
        _contained.Add(new ContainedResource(type, id, entries));
        return this;
    }

    /// <summary>A passage of the narrative; the text that the resource was made with is its content.</summary>
    public TestResource Narrative(string passage)
    {
        _narrative.Add(passage);
        return this;
    }

    public PreparedResource Prepare()
    {
        var body = new JsonObject { ["text"] = text, ["narrative"] = new JsonArray([.. _narrative]), ["entries"] = new JsonArray([.. _entries.Select(Write)]) };
        if (_contained.Count > 0)
        {
            body["contained"] = new JsonArray([.. _contained.Select(static contained =>
                new JsonArray(contained.Type, contained.Id, new JsonArray([.. contained.Entries.Select(Write)])))]);
        }

        return new PreparedResource(new ResourceBody(Encoding.UTF8.GetBytes("}," + body.ToJsonString()[1..])), [.. _entries], [.. _references])
        {
            Contained = [.. _contained],
        };
    }

    public static IReadOnlyList<IndexEntry> Extract(ResourceKey key, ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.TryGetProperty("entries", out var entries)
            ? [.. entries.EnumerateArray().Select(Read)]
            : GeneratedResource.Extract(json);
    }

    public static IReadOnlyList<ContainedResource> ExtractContained(ResourceKey key, ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        if (!document.RootElement.TryGetProperty("entries", out _))
            return GeneratedResource.ExtractContained(json);
        return document.RootElement.TryGetProperty("contained", out var contained)
            ? [.. contained.EnumerateArray().Select(static parts => new ContainedResource(parts[0].GetString()!, parts[1].GetString()!, [.. parts[2].EnumerateArray().Select(Read)]))]
            : [];
    }

    public static ResourceText Texts(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.TryGetProperty("narrative", out var narrative)
            ? new ResourceText([.. narrative.EnumerateArray().Select(static passage => passage.GetString()!)], [document.RootElement.GetProperty("text").GetString()!])
            : new ResourceText([], []);
    }

    /// <summary>Microseconds since 1970.</summary>
    public static long Instant(string text) =>
        (DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    private static JsonNode Write(IndexEntry entry)
    {
        var parts = new JsonArray { entry.GetType().Name, entry.Parameter.IndexKey };
        switch (entry)
        {
            case TokenEntry token:
                Add(token.System, token.Code, token.Text, token.IdentifierType?.System, token.IdentifierType?.Code);
                break;
            case StringEntry text:
                Add(text.Folded, text.Exact, text.Reading.ToString());
                break;
            case DateEntry date:
                Add(Text(date.Low), Text(date.High));
                break;
            case NumberEntry number:
                Add(Text(number.Low), Text(number.High), Text(number.Value));
                break;
            case QuantityEntry quantity:
                Add(
                    Text(quantity.Low),
                    Text(quantity.High),
                    Text(quantity.Value),
                    quantity.System,
                    quantity.Code,
                    quantity.Unit,
                    quantity.CanonicalUnits,
                    Text(quantity.Canonical.Low),
                    Text(quantity.Canonical.High),
                    Text(quantity.Canonical.Value));
                break;
            case ReferenceEntry reference:
                Add(reference.Type, reference.Id, reference.Url, reference.Version, reference.IdentifierSystem, reference.IdentifierValue);
                break;
            case UriEntry uri:
                Add(uri.Uri);
                break;
            case PositionEntry position:
                Add(position.Latitude.ToString("R", CultureInfo.InvariantCulture), position.Longitude.ToString("R", CultureInfo.InvariantCulture));
                break;
            case CompositeEntry composite:
                foreach (var component in composite.Components)
                    parts.Add(Write(component));
                break;
        }

        return parts;

        void Add(params string?[] values)
        {
            foreach (var value in values)
                parts.Add((JsonNode?)value);
        }
    }

    private static IndexEntry Read(JsonElement parts)
    {
        var parameter = Parameters.All.Concat(Parameters.Added).First(candidate => candidate.IndexKey == parts[1].GetString());
        return parts[0].GetString() switch
        {
            nameof(TokenEntry) => new TokenEntry(parameter, S(2), S(3), S(4)) { IdentifierType = S(5) is { } system ? (system, S(6)!) : null },
            nameof(StringEntry) => new StringEntry(parameter, S(2)!, S(3)!) { Reading = Enum.Parse<NameReading>(S(4)!) },
            nameof(DateEntry) => new DateEntry(parameter, L(2), L(3)),
            nameof(NumberEntry) => new NumberEntry(parameter, D(2), D(3), D(4)),
            nameof(QuantityEntry) => new QuantityEntry(parameter, D(2), D(3), D(4), S(5), S(6), S(7)) { CanonicalUnits = S(8), Canonical = (D(9), D(10), D(11)) },
            nameof(ReferenceEntry) => new ReferenceEntry(parameter, S(2), S(3), S(4), S(5)) { IdentifierSystem = S(6), IdentifierValue = S(7) },
            nameof(UriEntry) => new UriEntry(parameter, S(2)!),
            nameof(PositionEntry) => new PositionEntry(parameter, double.Parse(S(2)!, CultureInfo.InvariantCulture), double.Parse(S(3)!, CultureInfo.InvariantCulture)),
            _ => new CompositeEntry(parameter, [.. Enumerable.Range(2, parts.GetArrayLength() - 2).Select(i => Read(parts[i]))]),
        };

        string? S(int i) => parts[i].GetString();
        long L(int i) => long.Parse(S(i)!, CultureInfo.InvariantCulture);
        decimal D(int i) => decimal.Parse(S(i)!, CultureInfo.InvariantCulture);
    }

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
