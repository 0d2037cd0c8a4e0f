// The lexical rules of R4's primitives, on UTF-8 bytes: run for every value of every write, so without regular expressions.

using System.Text;

namespace FhirHub.Model;

/// <summary>Checks of primitive values (R4 datatypes.html#primitive).</summary>
public static class PrimitiveFormat
{
    // R4 datatypes.html#string: "strings SHALL NOT exceed 1MB (1024*1024 characters)".
    private const int MaxStringCharacters = 1024 * 1024;

    /// <summary>What the primitive's value must look like, for messages.</summary>
    public static string Expected(PrimitiveKind kind) => kind switch
    {
        PrimitiveKind.Boolean => "true or false",
        PrimitiveKind.Integer => "an integer from -2147483648 to 2147483647",
        PrimitiveKind.UnsignedInt => "an integer from 0 to 2147483647",
        PrimitiveKind.PositiveInt => "an integer from 1 to 2147483647",
        PrimitiveKind.Decimal => "a decimal number such as 3.50",
        PrimitiveKind.String or PrimitiveKind.Markdown => "1 to 1,048,576 characters, not only white space, without control characters",
        PrimitiveKind.Code => "a code without white space at its ends or twice in a row",
        PrimitiveKind.Id => "1 to 64 characters of A-Z a-z 0-9 - .",
        PrimitiveKind.Uri or PrimitiveKind.Url or PrimitiveKind.Canonical => "a URI without white space",
        PrimitiveKind.Oid => "an OID such as urn:oid:1.2.840.10008",
        PrimitiveKind.Uuid => "a UUID such as urn:uuid:c757873d-ec9a-4326-a141-556f43239520",
        PrimitiveKind.Base64Binary => "base64 content",
        PrimitiveKind.Instant => "an instant such as 2015-02-07T13:28:17.239+02:00",
        PrimitiveKind.Date => "a date such as 2018, 1973-06 or 1905-08-23",
        PrimitiveKind.DateTime => "a date or date-time such as 2018, 1973-06, 1905-08-23 or 2015-02-07T13:28:17+02:00",
        PrimitiveKind.Time => "a time such as 14:30:00",
        PrimitiveKind.Xhtml => "an XHTML div",
        _ => "a value",
    };

    /// <summary>True if JSON writes the primitive as a string.</summary>
    public static bool IsJsonString(PrimitiveKind kind) =>
        kind is not (PrimitiveKind.Boolean or PrimitiveKind.Integer or PrimitiveKind.UnsignedInt or PrimitiveKind.PositiveInt or PrimitiveKind.Decimal);

    /// <summary>True if the decoded value meets the rule of its kind. Numbers come as JSON has them, which is half of their rule.</summary>
    public static bool IsValid(PrimitiveKind kind, ReadOnlySpan<byte> value) => kind switch
    {
        PrimitiveKind.Boolean => value.SequenceEqual("true"u8) || value.SequenceEqual("false"u8),
        PrimitiveKind.Integer => IsInteger(value, int.MinValue),
        PrimitiveKind.UnsignedInt => IsInteger(value, 0),
        PrimitiveKind.PositiveInt => IsInteger(value, 1),
        PrimitiveKind.Decimal => IsDecimal(value),
        PrimitiveKind.String or PrimitiveKind.Markdown => IsString(value),
        PrimitiveKind.Code => IsCode(value),
        PrimitiveKind.Id => ResourceId.IsValid(value),
        PrimitiveKind.Uri or PrimitiveKind.Url or PrimitiveKind.Canonical => IsUri(value),
        PrimitiveKind.Oid => IsOid(value),
        PrimitiveKind.Uuid => value.Length == 45 && value.StartsWith("urn:uuid:"u8) && IsUuid(value[9..]),
        PrimitiveKind.Base64Binary => IsBase64(value),
        PrimitiveKind.Instant => IsDateTime(value, isInstant: true),
        PrimitiveKind.Date => IsDate(value, out var length) && length == value.Length,
        PrimitiveKind.DateTime => IsDateTime(value, isInstant: false),
        PrimitiveKind.Time => IsTime(value, out var length) && length == value.Length,
        _ => true,
    };

    private static bool IsDigit(byte b) => (uint)(b - '0') <= 9;

    private static bool IsInteger(ReadOnlySpan<byte> value, int least)
    {
        // No sign plus, no leading zeros, no exponent: [0]|[-+]?[1-9][0-9]* in R4's words; the plus is not JSON.
        if (value.Length is 0 or > 11)
            return false;
        var digits = value[0] == '-' ? value[1..] : value;
        if (digits.IsEmpty || digits.IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0 || (digits[0] == '0' && (digits.Length > 1 || digits.Length != value.Length)))
            return false;
        return System.Buffers.Text.Utf8Parser.TryParse(value, out long number, out var used) && used == value.Length
            && number >= least && number <= int.MaxValue;
    }

    // -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?, which is JSON's own rule; the exponent is bounded so that no reader has to
    // write out a million zeros.
    private static bool IsDecimal(ReadOnlySpan<byte> value)
    {
        if (value.Length is 0 or > 1024)
            return false;
        var at = value[0] == '-' ? 1 : 0;
        var whole = Digits(value[at..]);
        if (whole == 0 || (whole > 1 && value[at] == '0'))
            return false;
        at += whole;
        if (at < value.Length && value[at] == '.')
        {
            var fraction = Digits(value[(at + 1)..]);
            if (fraction == 0)
                return false;
            at += 1 + fraction;
        }

        if (at < value.Length && (value[at] | 0x20) == 'e')
        {
            at++;
            if (at < value.Length && value[at] is (byte)'+' or (byte)'-')
                at++;
            var exponent = Digits(value[at..]);
            if (exponent is 0 or > 4)
                return false;
            at += exponent;
        }

        return at == value.Length;
    }

    private static int Digits(ReadOnlySpan<byte> value)
    {
        var end = value.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return end < 0 ? value.Length : end;
    }

    private static bool IsString(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty || IsTooLong(value))
            return false;
        var blank = true;
        foreach (var b in value)
        {
            if (b < 0x20 && b is not ((byte)'\t' or (byte)'\r' or (byte)'\n'))
                return false;
            blank &= b <= 0x20;
        }

        return !blank;
    }

    private static bool IsTooLong(ReadOnlySpan<byte> value) =>
        value.Length > MaxStringCharacters && Encoding.UTF8.GetCharCount(value) > MaxStringCharacters;

    // [^\s]+(\s[^\s]+)*, and a code is a string, so that its limit holds too.
    private static bool IsCode(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty || IsTooLong(value) || value[0] <= 0x20 || value[^1] <= 0x20)
            return false;
        for (var i = 1; i < value.Length; i++)
        {
            if (value[i] < 0x20 && value[i] is not ((byte)'\t' or (byte)'\r' or (byte)'\n'))
                return false;
            if (value[i] <= 0x20 && value[i - 1] <= 0x20)
                return false;
        }

        return true;
    }

    private static bool IsUri(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
            return false;
        foreach (var b in value)
        {
            if (b <= 0x20)
                return false;
        }

        return true;
    }

    // urn:oid:[0-2](\.(0|[1-9][0-9]*))+
    private static bool IsOid(ReadOnlySpan<byte> value)
    {
        if (!value.StartsWith("urn:oid:"u8) || value.Length > 256)
            return false;
        value = value[8..];
        if (value.IsEmpty || value[0] is < (byte)'0' or > (byte)'2')
            return false;
        value = value[1..];
        if (value.IsEmpty)
            return false;
        while (!value.IsEmpty)
        {
            if (value[0] != '.')
                return false;
            var digits = Digits(value[1..]);
            if (digits == 0 || (digits > 1 && value[1] == '0'))
                return false;
            value = value[(1 + digits)..];
        }

        return true;
    }

    private static bool IsUuid(ReadOnlySpan<byte> value)
    {
        for (var i = 0; i < value.Length; i++)
        {
            if (i is 8 or 13 or 18 or 23 ? value[i] != '-' : !char.IsAsciiHexDigit((char)value[i]))
                return false;
        }

        return value.Length == 36;
    }

    private static bool IsBase64(ReadOnlySpan<byte> value)
    {
        var count = 0;
        var padding = 0;
        foreach (var b in value)
        {
            if (b is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
                continue;
            count++;
            if (b == '=')
                padding++;
            else if (padding > 0 || !(char.IsAsciiLetterOrDigit((char)b) || b is (byte)'+' or (byte)'/'))
                return false;
        }

        return count > 0 && count % 4 == 0 && padding <= 2;
    }

    private static bool TwoDigits(ReadOnlySpan<byte> value, int at, int least, int most, out int number)
    {
        number = 0;
        if (at + 2 > value.Length || !IsDigit(value[at]) || !IsDigit(value[at + 1]))
            return false;
        number = ((value[at] - '0') * 10) + (value[at + 1] - '0');
        return number >= least && number <= most;
    }

    // The longest date at the start: YYYY, YYYY-MM or YYYY-MM-DD with a day that the month has.
    private static bool IsDate(ReadOnlySpan<byte> value, out int length)
    {
        length = 0;
        if (value.Length < 4 || !TwoDigits(value, 0, 0, 99, out var century) || !TwoDigits(value, 2, 0, 99, out var ofCentury))
            return false;
        var year = (century * 100) + ofCentury;
        length = 4;
        if (year == 0)
            return false;
        if (value.Length == 4)
            return true;
        if (value[4] != '-' || !TwoDigits(value, 5, 1, 12, out var month))
            return false;
        length = 7;
        if (value.Length == 7)
            return true;
        if (value[7] != '-' || !TwoDigits(value, 8, 1, DateTime.DaysInMonth(year, month), out _))
            return false;
        length = 10;
        return true;
    }

    private static bool IsTime(ReadOnlySpan<byte> value, out int length)
    {
        length = 0;
        // 60 is a leap second, which R4's expressions allow.
        if (!TwoDigits(value, 0, 0, 23, out _) || value.Length < 8 || value[2] != ':'
            || !TwoDigits(value, 3, 0, 59, out _) || value[5] != ':' || !TwoDigits(value, 6, 0, 60, out _))
        {
            return false;
        }

        length = 8;
        if (value.Length > 8 && value[8] == '.')
        {
            var fraction = Digits(value[9..]);
            if (fraction == 0)
                return false;
            length = 9 + fraction;
        }

        return true;
    }

    private static bool IsDateTime(ReadOnlySpan<byte> value, bool isInstant)
    {
        if (!IsDate(value, out var length))
            return false;
        if (length == value.Length)
            return !isInstant;
        if (length != 10 || value[10] != 'T')
            return false;
        var rest = value[11..];
        if (!IsTime(rest, out length))
            return false;
        rest = rest[length..];
        if (rest.Length == 1)
            return rest[0] == 'Z';
        // A time must have a zone (R4 datatypes.html#dateTime); zones go to 14:00.
        return rest.Length == 6 && rest[0] is (byte)'+' or (byte)'-' && TwoDigits(rest, 1, 0, 14, out var hours) && rest[3] == ':'
            && TwoDigits(rest, 4, 0, 59, out var minutes) && (hours < 14 || minutes == 0);
    }
}
