// WADO-RS: studies, series, instances, and what is in them (PS3.18 10.4).

using System.Security.Cryptography;
using System.Text;
using FhirHub.Dicom;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FhirHub.Dicomweb;

/// <summary>The Retrieve transaction (PS3.18 10.4). What is stored goes to the client as it lies on disk wherever that is accepted.</summary>
internal static partial class RetrieveEndpoints
{
    private const string Study = "/studies/{study}";
    private const string Series = Study + "/series/{series}";
    private const string Instance = Series + "/instances/{instance}";
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Maps the addresses.</summary>
    public static void Map(RouteGroupBuilder group, DicomwebService service)
    {
        foreach (var level in (string[])[Study, Series, Instance])
        {
            Add(level, InstancesAsync);
            Add(level + "/metadata", MetadataAsync);
            Add(level + "/bulkdata", AllBulkDataAsync);
            Add(level + "/pixeldata", PixelDataAsync);
        }

        Add(Instance + "/frames/{frames}", FramesAsync);
        Add(Instance + "/bulkdata/{**path}", BulkDataAsync);

        void Add(string pattern, Func<DicomwebService, HttpContext, Task> handler) => group.MapMethods(pattern, Methods, service.Answer(handler));
    }

    private static ImagePath PathOf(HttpContext http) =>
        new((string)http.GetRouteValue("study")!, http.GetRouteValue("series") as string, http.GetRouteValue("instance") as string);

    private static async ValueTask<IReadOnlyList<StoredInstance>> FindAsync(DicomwebService service, HttpContext http)
    {
        var instances = await service.Archive.FindAsync(service.ScopeOf(http), PathOf(http), http.RequestAborted);
        return instances.Count > 0 ? instances : throw DicomwebException.NotFound();
    }

    /// <summary>The validators of an answer about instances, which is one thing for each choice of what it is.</summary>
    /// <param name="instances">The instances.</param>
    /// <param name="choice">What tells this answer from others about the same instances; null for an instance as it is stored.</param>
    /// <param name="isWeak">Whether two such answers may differ in bytes, as those do that have a boundary.</param>
    private static Representation RepresentationOf(IReadOnlyList<StoredInstance> instances, string? choice, bool isWeak)
    {
        if (instances is [var only] && choice is null)
            return new($"\"{Convert.ToHexStringLower(only.Sha256.Span[..16])}\"", only.StoredAt);
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var instance in instances)
            digest.AppendData(instance.Sha256.Span);
        digest.AppendData(Encoding.UTF8.GetBytes(choice ?? ""));
        var tag = Convert.ToHexStringLower(digest.GetHashAndReset().AsSpan(0, 16));
        return new(isWeak ? $"W/\"{tag}\"" : $"\"{tag}\"", instances is [var single] ? single.StoredAt : null);
    }

    private static DicomwebException NotAcceptable(TransferChoice choice, IEnumerable<StoredInstance> instances, string accept)
    {
        TransferSyntax[] stored = [.. instances.Select(instance => instance.TransferSyntax).Distinct().Take(5)];
        var obstacle = stored.Select(choice.ObstacleOf).FirstOrDefault(reason => reason is not null);
        return new(
            StatusCodes.Status406NotAcceptable,
            $"What is accepted can't be sent here; stored is {string.Join<TransferSyntax>(", ", stored)}. {(obstacle is null ? "" : obstacle + " ")}Accept {accept}.");
    }

    private static bool IsHead(HttpContext http) => HttpMethods.IsHead(http.Request.Method);
}
