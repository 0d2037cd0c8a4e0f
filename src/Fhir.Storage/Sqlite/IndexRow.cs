// One row of an index table without its key, comparable, so that an update touches only the rows that differ.

namespace FhirHub.Storage.Sqlite;

/// <summary>The index tables.</summary>
internal enum IndexTable : byte
{
    Token,
    Reference,
    Date,
    Number,
    String,
    Link,
    Position,
}

/// <summary>A row; what the columns after the parameter mean depends on the table.</summary>
internal readonly record struct IndexRow(IndexTable Table, long Parameter)
{
    /// <summary>Token: system. Reference: target. Date: class. Number: unit. Link: uri.</summary>
    public long A { get; private init; }

    /// <summary>Token: display. Date: low. Number: 1 if low and high differ.</summary>
    public long B { get; private init; }

    /// <summary>Date: span.</summary>
    public long C { get; private init; }

    /// <summary>Token: code, empty for a text alone. String: folded. Reference and link: version.</summary>
    public string Text { get; private init; } = "";

    /// <summary>String: the exact text, empty if it is the folded one; a mark if the row is a reading.</summary>
    public string Exact { get; private init; } = "";

    /// <summary>Number: low.</summary>
    public decimal Low { get; private init; }

    /// <summary>Number: high.</summary>
    public decimal High { get; private init; }

    /// <summary>Position.</summary>
    public double Latitude { get; private init; }

    /// <summary>Position.</summary>
    public double Longitude { get; private init; }

    /// <summary>The exact text of rows that are the reading to sort by.</summary>
    public const string MainReading = "=";

    /// <summary>The exact text of rows that are other readings.</summary>
    public const string OtherReading = "~";

    public static IndexRow Token(long parameter, string code, long system, long display) =>
        new(IndexTable.Token, parameter) { Text = code, A = system, B = display };

    public static IndexRow Reference(long parameter, long target, string version) =>
        new(IndexTable.Reference, parameter) { A = target, Text = version };

    public static IndexRow Date(long parameter, long low, long high)
    {
        var dateClass = DateClass.Of(low, high);
        return new(IndexTable.Date, parameter) { A = dateClass, B = low, C = dateClass == DateClass.Long ? high : high - low };
    }

    public static IndexRow Number(long parameter, long unit, decimal low, decimal high) =>
        new(IndexTable.Number, parameter) { A = unit, B = low == high ? 0 : 1, Low = low, High = high };

    public static IndexRow String(long parameter, string folded, string exact) =>
        new(IndexTable.String, parameter) { Text = folded, Exact = string.Equals(folded, exact, StringComparison.Ordinal) ? "" : exact };

    /// <summary>A reading of a name; no text that folds to letters is one of the marks, so no exact search finds it.</summary>
    public static IndexRow Reading(long parameter, string folded, bool isMain) =>
        new(IndexTable.String, parameter) { Text = folded, Exact = isMain ? MainReading : OtherReading };

    public static IndexRow Link(long parameter, long uri, string version) =>
        new(IndexTable.Link, parameter) { A = uri, Text = version };

    public static IndexRow Position(long parameter, double latitude, double longitude) =>
        new(IndexTable.Position, parameter) { Latitude = latitude, Longitude = longitude };
}

/// <summary>
/// Dates by the length of their period. Rows of a class are at most so long, so a condition on the end of a period is a range of
/// its start too, and both are found by seeking.
/// </summary>
internal static class DateClass
{
    /// <summary>Months and more, and open periods: span holds the end itself.</summary>
    public const int Long = 3;

    /// <summary>Microseconds from low to high at most, by class.</summary>
    public static IReadOnlyList<long> MaximumSpans { get; } = [60_000_000L, 86_400_000_000L, 366 * 86_400_000_000L, long.MaxValue];

    /// <summary>The class of a period.</summary>
    public static int Of(long low, long high)
    {
        // Open ends are the extremes of long: unsigned, their distance is huge instead of an overflow.
        var span = unchecked((ulong)high - (ulong)low);
        for (var i = 0; i < Long; i++)
        {
            if (span <= (ulong)MaximumSpans[i])
                return i;
        }

        return Long;
    }
}
