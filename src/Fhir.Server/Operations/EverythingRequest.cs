// What a client asked of $everything, and where in the answer a page starts.

using System.Globalization;
using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>The parameters of <c>$everything</c>.</summary>
internal sealed record EverythingRequest
{
    // R4 wants the whole record in one Bundle unless the client asks for pages; a record as large as this comes in pages all the same.
    private const int WholeRecord = 10;

    /// <summary>First microsecond of the dates of care, or null.</summary>
    public long? Start { get; private init; }

    /// <summary>Last microsecond of the dates of care, or null.</summary>
    public long? End { get; private init; }

    /// <summary>Only resources changed at or after this microsecond, or null.</summary>
    public long? Since { get; private init; }

    /// <summary>The types asked for; empty for all.</summary>
    public IReadOnlyList<string> Types { get; private init; } = [];

    /// <summary>Members of the records on a page.</summary>
    public int PageSize { get; private init; }

    /// <summary>Reads the input.</summary>
    public static EverythingRequest Read(OperationInput input, LimitOptions limits)
    {
        var types = input.List("_type");
        if (types.FirstOrDefault(t => Schema.R4.FindResourceType(t) is null) is { } unknown)
            throw new RefusedException(400, "value", $"_type names '{(unknown.Length <= 64 ? unknown : unknown[..64])}', which is no resource type of R4.");
        var count = input.Integer("_count");
        if (count < 1)
            throw new RefusedException(400, "value", "_count is a whole number from 1.");
        return new EverythingRequest
        {
            Start = Time(input, "start")?.Low,
            End = Time(input, "end")?.High,
            Since = Time(input, "_since")?.Low,
            Types = types,
            PageSize = count is null ? limits.MaxPageSize * WholeRecord : Math.Min(count.Value, limits.MaxPageSize),
        };
    }

    /// <summary>True if the answer shows this version, as far as type and time of change go.</summary>
    public bool Shows(StoredVersion version) =>
        (Types.Count == 0 || Types.Contains(version.Key.Type)) && (Since is not { } since || DateRange.Of(version.LastUpdated) >= since);

    private static DateRange? Time(OperationInput input, string name) => input.Text(name) is not { } text ? null
        : DateRange.TryParse(text, out var range) ? range
        : throw new RefusedException(400, "value", $"{name} is a date or an instant, such as 2026-01-31 or 2026-01-31T09:30:00Z.");
}

/// <summary>Where a page starts; the start of the answer by default.</summary>
internal sealed record EverythingPosition
{
    /// <summary>The walk through all pages, under which <see cref="ListedSupport"/> remembers; empty on the first page.</summary>
    public string Walk { get; init; } = "";

    /// <summary>Number of the page, from 0.</summary>
    public int Page { get; init; }

    /// <summary>The record, as <see cref="RecordSet"/> names it.</summary>
    public string Record { get; init; } = "";

    /// <summary>The resource type within the record.</summary>
    public int Type { get; init; }

    /// <summary>The store's cursor within the type, or null for its start.</summary>
    public string? Cursor { get; init; }

    /// <summary>The position of a page link.</summary>
    public static EverythingPosition Parse(string? cursor)
    {
        if (cursor is null)
            return new EverythingPosition();
        var values = Search.QueryString.Parse(cursor).ToDictionary();
        return new EverythingPosition
        {
            Walk = values["walk"],
            Page = int.Parse(values["page"], CultureInfo.InvariantCulture),
            Record = values["record"],
            Type = int.Parse(values["type"], CultureInfo.InvariantCulture),
            Cursor = values.GetValueOrDefault("cursor"),
        };
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var values = new List<KeyValuePair<string, string>>
        {
            new("walk", Walk),
            new("page", Page.ToString(CultureInfo.InvariantCulture)),
            new("record", Record),
            new("type", Type.ToString(CultureInfo.InvariantCulture)),
        };
        if (Cursor is not null)
            values.Add(new("cursor", Cursor));
        return FhirCall.Encode(values);
    }
}
