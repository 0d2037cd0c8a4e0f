// What a password must be: long, and not among the first that anybody would try (NIST SP 800-63B, 5.1.1.2).

using System.Reflection;
using Microsoft.AspNetCore.Identity;

namespace FhirHub.Smart;

/// <summary>The rules for passwords. There are none about kinds of characters: they make passwords hard to remember and no harder to guess.</summary>
/// <param name="shortest">Characters at least.</param>
internal sealed class PasswordRules(int shortest) : IPasswordValidator<AccountUser>
{
    public const string TooShort = nameof(IdentityErrorDescriber.PasswordTooShort);
    public const string TooLong = "PasswordTooLong";
    public const string TooCommon = "PasswordTooCommon";
    public const string HoldsName = "PasswordHoldsName";

    /// <summary>Characters at most.</summary>
    public const int Longest = 128;

    private const int FewestDifferent = 5;
    private const int ShortestRun = 3;

    private static readonly HashSet<string> s_common = ReadCommon();

    private static readonly string[] s_rows = BothWays(
    [
        "0123456789012345678901234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "qwertyuiop[]asdfghjkl;'zxcvbnm,./", "qwertzuiopasdfghjklyxcvbnm", "1234567890-=", "!@#$%^&*()_+",
        "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/", "1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6u7i8o9p0", "qazwsxedcrfvtgbyhnujmikolp", "112233445566778899001122334455", "aabbccddeeffgghhiijjkkllmmnn",
    ]);

    public Task<IdentityResult> ValidateAsync(UserManager<AccountUser> manager, AccountUser user, string? password) => Task.FromResult(Check(user.Account.UserName, password ?? ""));

    private IdentityResult Check(string userName, string password)
    {
        var error = password switch
        {
            _ when password.Length < shortest => Error(TooShort, $"A password has at least {shortest} characters."),
            { Length: > Longest } => Error(TooLong, $"A password has at most {Longest} characters."),
            _ when HoldsTheName(userName, password) => Error(HoldsName, "A password does not hold the user name."),
            _ when IsCommon(password) => Error(TooCommon, "This password is among the first that anybody would try."),
            _ => null,
        };
        return error is null ? IdentityResult.Success : IdentityResult.Failed(error);
    }

    private static IdentityError Error(string code, string description) => new() { Code = code, Description = description };

    private static bool HoldsTheName(string userName, string password)
    {
        var name = UserName.Fold(userName);
        return name.Length >= 4 && UserName.Fold(password).Contains(name, StringComparison.Ordinal);
    }

    private static bool IsCommon(string password)
    {
        var text = UserName.Fold(password);
        if (text.Distinct().Count() < FewestDifferent || text.All(static c => !char.IsLetter(c)))
            return true;
        var word = Word(text);
        return word.Length == 0 || s_common.Contains(text) || s_common.Contains(word) || IsOfRuns(text) || IsOfRuns(word) || IsRepeated(word);
    }

    // qweasdzxc123 is nothing but keys that lie beside each other.
    private static bool IsOfRuns(string text)
    {
        for (var i = 0; i < text.Length;)
        {
            var run = 0;
            foreach (var row in s_rows)
            {
                while (i + run < text.Length && row.Contains(text.AsSpan(i, run + 1), StringComparison.Ordinal))
                    run++;
            }

            if (run < ShortestRun)
                return false;
            i += run;
        }

        return true;
    }

    // What is left of Password!2024 and p@ssw0rd1234 is one word: digits and signs around it, and those that stand for letters, are the first that is tried.
    private static string Word(string text) =>
        new([.. text.Trim([.. "0123456789 .,;:!?#$%&*()_+-=/\\'\"<>[]{}|~^`"]).Select(static c => c switch
        {
            '@' or '4' => 'a',
            '0' => 'o',
            '1' or '!' => 'i',
            '3' => 'e',
            '5' or '$' => 's',
            '7' => 't',
            _ => c,
        })]);

    private static bool IsRepeated(string word)
    {
        for (var length = 1; length <= word.Length / 2; length++)
        {
            var unit = word[..length];
            if (word.Length % length == 0 && (length < 5 || s_common.Contains(unit)) && string.Concat(Enumerable.Repeat(unit, word.Length / length)) == word)
                return true;
        }

        return false;
    }

    private static string[] BothWays(string[] rows) => [.. rows, .. rows.Select(static row => new string([.. row.Reverse()]))];

    private static HashSet<string> ReadCommon()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("common-passwords.txt")!;
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(static line => line[0] != '#')];
    }
}
