// The names that accounts have, and the one form in which they are compared.

namespace FhirHub.Smart;

/// <summary>User names: letters of ASCII, digits, Chinese characters and <c>. _ - @ +</c>, so that no two of them look alike and differ.</summary>
public static class UserName
{
    /// <summary>Characters at most.</summary>
    public const int Longest = 64;

    /// <summary>The form in which names are compared: full-width characters, as an input method writes them, are their ASCII ones, and case does not matter.</summary>
    public static string Fold(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return string.Create(name.Length, name, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = source[i] switch
                {
                    '\u3000' => ' ',
                    >= '\uFF01' and <= '\uFF5E' => char.ToLowerInvariant((char)(source[i] - 0xFEE0)),
                    var c => char.ToLowerInvariant(c),
                };
            }
        }).Trim();
    }

    /// <summary>True if an account may have that name.</summary>
    public static bool IsGood(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Length is > 0 and <= Longest && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '@' or '+' or (>= '\u4E00' and <= '\u9FFF'));
    }
}
