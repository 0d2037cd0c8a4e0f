// The Chinese resident identity number (GB 11643): 18 characters with a check character, and the 15 digits it had before 1999.

using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace FhirHub.Model;

/// <summary>A resident identity number, in its form of 18 characters.</summary>
/// <param name="Number">Region, date of birth, sequence, check character.</param>
/// <param name="BirthDate">The date of birth that it holds.</param>
/// <param name="IsMale">The gender that it holds: an odd sequence is a man's.</param>
public sealed record ResidentId(string Number, DateOnly BirthDate, bool IsMale)
{
    private const string CheckCharacters = "10X98765432";

    /// <summary>The systems under which Identifiers carry the number: China's health data elements, the number's own OID, and the exchange's URL.</summary>
    public static IReadOnlyList<string> Systems { get; } = ["urn:oid:2.16.156.10011.1.3", "urn:oid:2.16.840.1.113883.2.23.1.9.1", "https://fhirhub.dev/fhir/sid/resident-id"];

    private static readonly int[] Weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

    /// <summary>The gender as <c>Patient.gender</c> has it.</summary>
    public string Gender => IsMale ? "male" : "female";

    /// <summary>The form of 15 digits; null for those born in another century, who never had one.</summary>
    public string? OldForm => Number.AsSpan(6, 2) is "19" ? string.Concat(Number.AsSpan(0, 6), Number.AsSpan(8, 9)) : null;

    /// <summary>
    /// Reads a number of 18 characters, or the old form. False if the date is none or the check character does not fit.
    /// </summary>
    /// <param name="text">The text; spaces and dashes are ignored.</param>
    /// <param name="allowOldForm">True where it is known that this is a resident's number: 15 digits are many things.</param>
    /// <param name="id">The number.</param>
    public static bool TryParse(string text, bool allowOldForm, [NotNullWhen(true)] out ResidentId? id)
    {
        ArgumentNullException.ThrowIfNull(text);
        id = null;
        var digits = text.Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToUpperInvariant();
        if (digits.Length == 15 && allowOldForm && IsDigits(digits))
        {
            var body = string.Concat(digits.AsSpan(0, 6), "19", digits.AsSpan(6));
            digits = body + CheckOf(body);
        }

        // The first digit names one of China's eight large regions.
        if (digits.Length != 18 || !IsDigits(digits.AsSpan(0, 17)) || digits[0] is '0' or '9' || CheckOf(digits) != digits[17])
            return false;
        if (!DateOnly.TryParseExact(digits.AsSpan(6, 8), "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var birth) || birth.Year < 1850)
            return false;
        id = new ResidentId(digits, birth, (digits[16] - '0') % 2 == 1);
        return true;
    }

    /// <summary>True if two texts are such numbers but for one character or two neighbours swapped, of which one fails its check.</summary>
    public static bool IsSlip(string left, string right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        if (left.Length != 18 || right.Length != 18)
            return false;
        var differences = new List<int>();
        for (var i = 0; i < 18; i++)
        {
            if (char.ToUpperInvariant(left[i]) != char.ToUpperInvariant(right[i]))
                differences.Add(i);
        }

        return differences.Count == 1
            || (differences is [var first, var second] && second == first + 1 && left[first] == right[second] && left[second] == right[first]);
    }

    private static bool IsDigits(ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange('0', '9');

    private static char CheckOf(string body)
    {
        var sum = 0;
        for (var i = 0; i < 17; i++)
            sum += (body[i] - '0') * Weights[i];
        return CheckCharacters[sum % 11];
    }
}
