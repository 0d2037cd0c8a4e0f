// Check characters of numbers that stand in Identifiers.

namespace FhirHub.Validation;

/// <summary>The arithmetic by which a number shows that it was copied without a slip.</summary>
internal static class CheckDigits
{
    // GB 32100: digits and capitals without I, O, Z, S and V.
    private const string SocialCreditCharacters = "0123456789ABCDEFGHJKLMNPQRTUWXY";

    private static readonly int[] SocialCreditWeights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

    /// <summary>True if there is nothing but digits.</summary>
    public static bool IsDigits(ReadOnlySpan<char> text) => !text.IsEmpty && !text.ContainsAnyExceptInRange('0', '9');

    /// <summary>True for digits whose last one fits the others (ISO/IEC 7812-1, annex B).</summary>
    /// <param name="prefix">Digits that count as standing before the number.</param>
    /// <param name="digits">The number.</param>
    public static bool IsLuhn(ReadOnlySpan<char> prefix, ReadOnlySpan<char> digits)
    {
        var sum = 0;
        var isDoubled = false;
        for (var i = digits.Length - 1; i >= -prefix.Length; i--)
        {
            var digit = (i >= 0 ? digits[i] : prefix[prefix.Length + i]) - '0';
            sum += !isDoubled ? digit : digit > 4 ? (2 * digit) - 9 : 2 * digit;
            isDoubled = !isDoubled;
        }

        return sum % 10 == 0;
    }

    /// <summary>True for an NHS number: ten digits, the last by weights 10 to 2 modulo 11.</summary>
    public static bool IsNhsNumber(ReadOnlySpan<char> digits)
    {
        if (digits.Length != 10 || !IsDigits(digits))
            return false;
        var sum = 0;
        for (var i = 0; i < 9; i++)
            sum += (digits[i] - '0') * (10 - i);
        return (11 - (sum % 11)) % 11 == digits[9] - '0';
    }

    /// <summary>True for a unified social credit code (GB 32100): 17 characters and one that fits them.</summary>
    public static bool IsSocialCreditCode(ReadOnlySpan<char> code)
    {
        if (code.Length != 18)
            return false;
        var sum = 0;
        for (var i = 0; i < 17; i++)
        {
            var value = SocialCreditCharacters.IndexOf(code[i], StringComparison.Ordinal);
            if (value < 0)
                return false;
            sum += value * SocialCreditWeights[i];
        }

        return SocialCreditCharacters[(31 - (sum % 31)) % 31] == code[17];
    }

    /// <summary>True for an ISBN of 10 or 13 characters; dashes and spaces are ignored.</summary>
    public static bool IsIsbn(string text)
    {
        var isbn = text.Replace("-", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal);
        if (isbn.Length == 13 && IsDigits(isbn))
        {
            var sum = 0;
            for (var i = 0; i < 13; i++)
                sum += (isbn[i] - '0') * (i % 2 == 0 ? 1 : 3);
            return sum % 10 == 0;
        }

        if (isbn.Length != 10 || !IsDigits(isbn.AsSpan(0, 9)) || !(char.IsAsciiDigit(isbn[9]) || isbn[9] is 'X' or 'x'))
            return false;
        var weighted = isbn[9] is 'X' or 'x' ? 10 : isbn[9] - '0';
        for (var i = 0; i < 9; i++)
            weighted += (isbn[i] - '0') * (10 - i);
        return weighted % 11 == 0;
    }
}
