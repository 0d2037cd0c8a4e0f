// DELETE of studies, series and instances. PS3.18 leaves it to servers; the addresses are those of retrieving.

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FhirHub.Dicomweb;

/// <summary>Answers DELETE: 204 if something is gone now, 404 if there was nothing.</summary>
internal static class DeleteEndpoints
{
    /// <summary>Maps the addresses.</summary>
    public static void Map(RouteGroupBuilder group, DicomwebService service)
    {
        var answer = service.Answer(DeleteAsync);
        group.MapDelete("/studies/{study}", answer);
        group.MapDelete("/studies/{study}/series/{series}", answer);
        group.MapDelete("/studies/{study}/series/{series}/instances/{instance}", answer);
    }

    private static async Task DeleteAsync(DicomwebService service, HttpContext http)
    {
        var path = new ImagePath((string)http.GetRouteValue("study")!, (string?)http.GetRouteValue("series"), (string?)http.GetRouteValue("instance"));
        if (await service.Archive.DeleteAsync(service.ScopeOf(http), path, http.RequestAborted) == 0)
            throw DicomwebException.NotFound();
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }
}
