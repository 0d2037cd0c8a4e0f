// Numbers of persons and institutions with the check characters that their standards ask for.

using System.Globalization;

namespace FhirHub.Samples.Region;

/// <summary>Makes numbers that programs which check them accept.</summary>
internal static class CheckCharacters
{
    private const string CreditCodeCharacters = "0123456789ABCDEFGHJKLMNPQRTUWXY";

    private static readonly int[] ResidentWeights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    private static readonly int[] OrganizationWeights = [3, 7, 9, 10, 5, 8, 4, 2];
    private static readonly int[] CreditCodeWeights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

    /// <summary>A resident identity number (GB 11643): division, date of birth, sequence (odd for men) and check character.</summary>
    public static string ResidentId(string division, DateOnly birth, int sequence)
    {
        var body = string.Create(CultureInfo.InvariantCulture, $"{division}{birth:yyyyMMdd}{sequence:000}");
        var sum = 0;
        for (var i = 0; i < body.Length; i++)
            sum += (body[i] - '0') * ResidentWeights[i];
        return body + "10X98765432"[sum % 11];
    }

    /// <summary>A unified social credit code (GB 32100): kind of registration, division, organization code (GB 11714) and check character.</summary>
    public static string CreditCode(string registration, string division, string organization)
    {
        var sum = 0;
        for (var i = 0; i < OrganizationWeights.Length; i++)
            sum += (organization[i] - '0') * OrganizationWeights[i];
        var check = 11 - (sum % 11);
        var body = $"{registration}{division}{organization}{check switch { 10 => 'X', 11 => '0', _ => (char)('0' + check) }}";
        sum = 0;
        for (var i = 0; i < CreditCodeWeights.Length; i++)
            sum += CreditCodeCharacters.IndexOf(body[i], StringComparison.Ordinal) * CreditCodeWeights[i];
        return body + CreditCodeCharacters[(31 - (sum % 31)) % 31];
    }
}
