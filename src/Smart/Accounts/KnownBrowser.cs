// Browsers in which an account has signed in before: others who guess at its password can't keep these out.

using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;

namespace FhirHub.Smart;

/// <summary>
/// A cookie that names accounts which have signed in in this browser. It gives no access; tries from it are counted apart from those of strangers, so
/// that strangers can make only each other wait.
/// </summary>
/// <param name="smart">The server.</param>
internal sealed class KnownBrowser(SmartService smart)
{
    private const string Cookie = "fhirhub-browser";

    // A workplace at which many sign in.
    private const int MostAccounts = 16;

    /// <summary>What tries to sign in as an account are counted by: its name, and the browser if it is known to the account.</summary>
    public string KeyOf(HttpContext http, string name, Account? account)
    {
        var folded = UserName.Fold(name);
        return account is not null && Read(http) is [var browser, .. var accounts] && accounts.Contains(account.Id) ? $"{folded} {browser}" : folded;
    }

    /// <summary>Makes the browser known to an account that has signed in.</summary>
    public void Remember(HttpContext http, Account account)
    {
        string[] known = Read(http) is [var browser, .. var accounts]
            ? [browser, account.Id, .. accounts.Where(id => id != account.Id).Take(MostAccounts - 1)]
            : [Secret.Create(), account.Id];
        http.Response.Cookies.Append(NameIn(http), Protector.Protect(string.Join(' ', known)), new CookieOptions
        {
            Path = "/",
            HttpOnly = true,
            Secure = http.Request.IsHttps,
            SameSite = SameSiteMode.Lax,
            MaxAge = TimeSpan.FromDays(365),
        });
    }

    private IDataProtector Protector => smart.Protector("known browsers");

    private static string NameIn(HttpContext http) => http.Request.IsHttps ? $"__Host-{Cookie}" : Cookie;

    private string[]? Read(HttpContext http)
    {
        if (http.Request.Cookies[NameIn(http)] is not { Length: > 0 } value)
            return null;
        try
        {
            return Protector.Unprotect(value).Split(' ');
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
