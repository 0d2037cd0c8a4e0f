// The forms in which values are compared: what means the same has the same form, and dates and times are ordered as text.

using System.Globalization;
using FhirHub.Dicom;

namespace FhirHub.Dicomweb;

/// <summary>Brings values into the form in which index and search compare them (PS3.4 C.2.2.2).</summary>
internal static class MatchValue
{
    /// <summary>The time at which a day begins.</summary>
    public const string Midnight = "000000.000000";

    /// <summary>The forms by which a stored value is found: of a person name each of its groups, of every other value one.</summary>
    public static IEnumerable<string> KeysOf(DicomVR vr, string value)
    {
        if (vr != DicomVR.PN)
            return [Of(vr, value)];
        return value.Contains('=', StringComparison.Ordinal)
            ? value.Split('=').Select(Name).Where(group => group.Length > 0).Distinct(StringComparer.Ordinal)
            : [Name(value)];
    }

    /// <summary>The form of a value; one that is none of its VR stays as it is.</summary>
    public static string Of(DicomVR vr, string value) => vr switch
    {
        DicomVR.PN => Name(value),
        DicomVR.DA => Date(value) ?? value,
        DicomVR.TM => Time(value) ?? value,
        DicomVR.DT => DateTimeOf(value) ?? value,
        DicomVR.IS or DicomVR.DS or DicomVR.US or DicomVR.SS or DicomVR.UL or DicomVR.SL or DicomVR.UV or DicomVR.SV or DicomVR.FL or DicomVR.FD => Number(value),
        DicomVR.UI => value.Trim(' ', '\0'),
        DicomVR.AT => value.ToUpperInvariant(),
        _ => value.Trim(' '),
    };

    /// <summary>A group of a person name: without spaces and carets that mean nothing, and without case (PS3.4 C.2.2.2.1).</summary>
    public static string Name(string group)
    {
        if (!group.Contains(' ', StringComparison.Ordinal))
            return group.TrimEnd('^').ToUpperInvariant();
        return string.Join('^', group.Split('^').Select(part => part.Trim(' '))).TrimEnd('^').ToUpperInvariant();
    }

    /// <summary>Eight digits of a date, also of the form with dots that old files have; null if it is none.</summary>
    public static string? Date(ReadOnlySpan<char> value)
    {
        value = value.Trim(' ');
        Span<char> digits = stackalloc char[8];
        if (value.Length == 10 && value[4] == '.' && value[7] == '.')
        {
            value[..4].CopyTo(digits);
            value[5..7].CopyTo(digits[4..]);
            value[8..].CopyTo(digits[6..]);
        }
        else if (value.Length == 8)
        {
            value.CopyTo(digits);
        }
        else
        {
            return null;
        }

        foreach (var digit in digits)
        {
            if (!char.IsAsciiDigit(digit))
                return null;
        }

        return IsDay(digits) ? new string(digits) : null;
    }

    /// <summary>A time with all its parts, what is left out being zero; null if it is none.</summary>
    public static string? Time(ReadOnlySpan<char> value) => TimeParts(value) is { } parts ? parts.Text : null;

    /// <summary>The greatest time that a time without all its parts may mean: <c>10</c> is anything before 11.</summary>
    public static string? LastTime(ReadOnlySpan<char> value)
    {
        if (TimeParts(value) is not { } parts)
            return null;
        const string Greatest = "235959.999999";
        return parts.Length == Greatest.Length ? parts.Text : string.Concat(parts.Text.AsSpan(0, parts.Length), Greatest.AsSpan(parts.Length));
    }

    /// <summary>A date and time in UTC if it has an offset, with all its parts; null if it is none.</summary>
    public static string? DateTimeOf(ReadOnlySpan<char> value) => DateTimeRange.TryParse(value, out var range) ? range.First : null;

    /// <summary>A number without signs and zeros that mean nothing.</summary>
    public static string Number(string value)
    {
        value = value.Trim(' ');
        if (decimal.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            return (number == 0 ? 0 : number).ToString("0.#############################", CultureInfo.InvariantCulture);
        return double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) ? real.ToString("R", CultureInfo.InvariantCulture) : value;
    }

    private static (string Text, int Length)? TimeParts(ReadOnlySpan<char> value)
    {
        value = value.Trim(' ');
        Span<char> text = stackalloc char[13];
        Midnight.CopyTo(text);
        Span<char> plain = stackalloc char[16];
        var length = 0;
        foreach (var character in value)
        {
            if (character == ':' && length is 2 or 4)
                continue;
            if (length == 13)
                return null;
            plain[length++] = character;
        }

        if (length is not (2 or 4 or 6 or > 7))
            return null;
        for (var i = 0; i < length; i++)
        {
            if (i == 6 ? plain[i] != '.' : !char.IsAsciiDigit(plain[i]))
                return null;
        }

        plain[..length].CopyTo(text);

        // 60 is a leap second.
        if (Two(text) > 23 || Two(text[2..]) > 59 || Two(text[4..]) > 60)
            return null;
        return (new string(text), length);
    }

    private static int Two(ReadOnlySpan<char> digits) => ((digits[0] - '0') * 10) + digits[1] - '0';

    private static bool IsDay(ReadOnlySpan<char> digits)
    {
        var year = (Two(digits) * 100) + Two(digits[2..]);
        var month = Two(digits[4..]);
        var day = Two(digits[6..]);
        return year >= 1 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month);
    }
}
