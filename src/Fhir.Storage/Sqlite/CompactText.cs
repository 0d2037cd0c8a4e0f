// Short forms of texts that are mostly machine-made: UUIDs as 16 bytes, canonical numbers as integers. Equal texts have equal
// forms, so they can be compared in the database; ids and codes shrink to half.

using System.Globalization;
using FhirHub.Sqlite;

namespace FhirHub.Storage.Sqlite;

/// <summary>A text that is bound in its short form.</summary>
internal sealed record CompactText(string Value) : SqlValue
{
    /// <inheritdoc/>
    public override void Bind(Statement statement, int index) => statement.BindCompact(index, Value);

    /// <summary>True for a canonical lower-case UUID.</summary>
    public static bool TryUuid(string text, Span<byte> bytes)
    {
        if (text.Length != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-')
            return false;
        foreach (var character in text)
        {
            if (character is not ((>= '0' and <= '9') or (>= 'a' and <= 'f') or '-'))
                return false;
        }

        return Guid.TryParseExact(text, "D", out var guid) && guid.TryWriteBytes(bytes, bigEndian: true, out _);
    }

    /// <summary>The text of 16 bytes.</summary>
    public static string UuidText(ReadOnlySpan<byte> bytes) => new Guid(bytes, bigEndian: true).ToString("D");

    /// <summary>True for a decimal number that is written as an integer would be: no sign, no leading zero, up to 18 digits.</summary>
    public static bool TryInteger(string text, out long number)
    {
        number = 0;
        return text.Length is > 0 and <= 18
            && (text[0] != '0' || text.Length == 1)
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}

/// <summary>A logical id, bound as 16 bytes if it is a UUID.</summary>
internal sealed record LogicalId(string Value) : SqlValue
{
    /// <inheritdoc/>
    public override void Bind(Statement statement, int index) => statement.BindId(index, Value);
}
