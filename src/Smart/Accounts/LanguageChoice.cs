// Keeps the language that a user has chosen, in a cookie.

using FhirHub.Html;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FhirHub.Smart;

/// <summary><c>/auth/language/{en,zh}</c>.</summary>
public static class LanguageChoice
{
    /// <summary>Its path.</summary>
    public const string Route = $"{SmartService.Root}/language/{{language}}";

    /// <summary>Keeps the choice and goes back to the page.</summary>
    public static Task Handle(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        var segment = http.GetRouteValue("language") as string;
        if (!PageLanguages.All.Any(language => PageLanguages.Segment(language) == segment))
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        http.Response.Cookies.Append(SmartPage.LanguageCookie, segment!, new CookieOptions
        {
            Path = "/",
            MaxAge = TimeSpan.FromDays(365),
            SameSite = SameSiteMode.Lax,
            HttpOnly = true,
            Secure = http.Request.IsHttps,
        });
        LocalAddress.SeeOther(http, LocalAddress.Or(http.Request.Query[LocalAddress.Parameter], $"{SmartService.Root}/login"));
        return Task.CompletedTask;
    }
}
