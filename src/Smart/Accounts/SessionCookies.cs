// The cookies of the pages: written by ASP.NET Core's cookie authentication, protected by its data protection.

using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace FhirHub.Smart;

/// <summary>Names and rules of the cookies.</summary>
internal static class SessionCookies
{
    /// <summary>The scheme of sessions: a browser in which somebody has signed in.</summary>
    public const string Session = "session";

    /// <summary>The scheme of sign-ins that are not complete: the password was right, and something else is asked for.</summary>
    public const string SignIn = "sign-in";

    /// <summary>Registers the schemes and the antiforgery.</summary>
    public static void Add(IServiceCollection services, SmartService smart)
    {
        services.AddAuthentication(Session).AddCookie(Session, options => Write(options, "fhirhub-session")).AddCookie(SignIn, options => Write(options, "fhirhub-sign-in"));
        SmartForm.AddServices(services, smart.Options.Issuer?.StartsWith("https:", StringComparison.OrdinalIgnoreCase) is true);
    }

    private static void Write(CookieAuthenticationOptions options, string name)
    {
        options.Cookie.Name = name;
        options.Cookie.Path = "/";
        options.Cookie.HttpOnly = true;
        options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;

        // An app's page sends the browser here by a link or a redirect, and its session must come along; Strict would lose it.
        options.Cookie.SameSite = SameSiteMode.Lax;
        options.CookieManager = new HostCookies();

        // The record of the session says when it ends; the cookie lives as long as the browser.
        options.ExpireTimeSpan = TimeSpan.FromDays(1);
        options.SlidingExpiration = false;
    }

    /// <summary>Gives cookies the prefix <c>__Host-</c> where https allows it, so that no other host of the domain can plant one (RFC 6265bis, 4.1.3.2).</summary>
    private sealed class HostCookies : ICookieManager
    {
        private readonly ChunkingCookieManager _cookies = new();

        public string? GetRequestCookie(HttpContext context, string key) => _cookies.GetRequestCookie(context, NameOf(context, key));

        public void AppendResponseCookie(HttpContext context, string key, string? value, CookieOptions options) => _cookies.AppendResponseCookie(context, NameOf(context, key), value, options);

        public void DeleteCookie(HttpContext context, string key, CookieOptions options) => _cookies.DeleteCookie(context, NameOf(context, key), options);

        private static string NameOf(HttpContext http, string key) => http.Request.IsHttps ? $"__Host-{key}" : key;
    }
}
