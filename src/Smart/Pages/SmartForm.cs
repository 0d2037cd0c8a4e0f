// Forms of the pages: each carries a token of ASP.NET Core's antiforgery, bound to the session that it was made in.

using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace FhirHub.Smart;

/// <summary>Writes forms, and reads what was posted by them.</summary>
public static class SmartForm
{
    // The largest form is a client's registration with a key set in it.
    private const int MostBytes = 256 * 1024;

    private static readonly FormOptions s_limits = new()
    {
        BufferBodyLengthLimit = MostBytes,
        KeyLengthLimit = 256,
        ValueLengthLimit = MostBytes,
        ValueCountLimit = 512,
    };

    /// <summary>Registers the antiforgery of the forms.</summary>
    /// <param name="services">The services, data protection among them.</param>
    /// <param name="isHttps">True if all clients come by https.</param>
    public static void AddServices(IServiceCollection services, bool isHttps) => services.AddAntiforgery(antiforgery =>
    {
        // Another host of the domain can't plant a cookie with this prefix, but only https can have it.
        antiforgery.Cookie.Name = isHttps ? "__Host-fhirhub-form" : "fhirhub-form";
        antiforgery.Cookie.Path = "/";
        antiforgery.Cookie.SecurePolicy = isHttps ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
        antiforgery.Cookie.SameSite = SameSiteMode.Lax;
        antiforgery.Cookie.HttpOnly = true;
        antiforgery.FormFieldName = "form-token";
        antiforgery.HeaderName = null;

        // The pages say so themselves.
        antiforgery.SuppressXFrameOptionsHeader = true;
    });

    /// <summary>Opens a form that posts to an address of this server; the caller closes it.</summary>
    /// <param name="page">The page.</param>
    /// <param name="action">The path, with its query.</param>
    public static void Open(SmartPage page, string action)
    {
        ArgumentNullException.ThrowIfNull(page);
        var tokens = page.Http.RequestServices.GetRequiredService<IAntiforgery>().GetAndStoreTokens(page.Http);
        page.Html.Open("form", ("method", "post"), ("action", page.Http.Request.PathBase + action)).Empty("input", ("type", "hidden"), ("name", tokens.FormFieldName), ("value", tokens.RequestToken));
    }

    /// <summary>What was posted; null if it did not come from a form of this server, and then 400 is answered.</summary>
    public static async ValueTask<IFormCollection?> ReadAsync(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = MostBytes;
        http.Features.Set<IFormFeature>(new FormFeature(http.Request, s_limits));
        try
        {
            // A form of a page is never multipart: nothing here takes files.
            if (string.Equals(http.Request.GetTypedHeaders().ContentType?.MediaType.Value, "application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase))
            {
                var form = await http.Request.ReadFormAsync(http.RequestAborted);
                await http.RequestServices.GetRequiredService<IAntiforgery>().ValidateRequestAsync(http);
                return form;
            }
        }
        catch (Exception refused) when (refused is AntiforgeryValidationException or InvalidDataException or BadHttpRequestException)
        {
            // All of them are answered alike: the form is not good.
        }

        await SmartPage.AnswerAsync(http, StatusCodes.Status400BadRequest, SmartLabels.FormRefused, static page =>
        {
            page.Html.Element("p", SmartLabels.FormRefusedReason, ("role", "alert"), ("class", "problem"));
        });
        return null;
    }
}
