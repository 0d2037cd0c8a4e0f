// What the image service lets a request see: the studies of the patients that its token grants.

using FhirHub.Dicomweb;
using FhirHub.Search;
using FhirHub.Smart;

namespace FhirHub.Server;

/// <summary>Stands before the addresses of the image service.</summary>
public static class ImageAccess
{
    /// <summary>Whether an address is one of the image service; <c>/wado</c> is its old one, outside of its root.</summary>
    public static bool Guards(PathString path) =>
        path.StartsWithSegments(DicomwebService.Root, StringComparison.OrdinalIgnoreCase) || path.StartsWithSegments("/wado", StringComparison.OrdinalIgnoreCase);

    /// <summary>Lets a request through with its <see cref="ImageScope"/>, or answers 401.</summary>
    public static async Task HandleAsync(SmartService smart, HttpContext http, RequestDelegate next)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(next);
        try
        {
            var scope = await RequestAccess.OfAsync(smart, http);
            http.Features.Set(ScopeOf(scope, http.Features.Get<Access>()!));
        }
        catch (RefusedException refused)
        {
            http.Response.StatusCode = refused.Status;
            await http.Response.WriteAsync(refused.Issues[0].Diagnostics, http.RequestAborted);
            return;
        }

        await next(http);
    }

    private static ImageScope ScopeOf(AccessScope scope, Access access) => scope.FilterFor("ImagingStudy", AccessLetter.Read) switch
    {
        SearchExpression.All => ImageScope.Full,
        SearchExpression.None => ImageScope.Of(new HashSet<string>()),
        _ => ImageScope.Of(new HashSet<string>(access.Grant.Context.Patient is { } patient ? [patient] : [])),
    };
}
