// Rendered frames as the parts of one answer: made one after the other, so that a study takes no more memory than an image.

using System.Globalization;
using FhirHub.Dicom;
using FhirHub.Dicom.Pixels;
using Microsoft.AspNetCore.Http;

namespace FhirHub.Dicomweb;

/// <summary>Answers <c>multipart/related</c> of rendered frames (PS3.18 8.7.4).</summary>
internal static class RenderedParts
{
    /// <summary>Answers with frames of instances.</summary>
    public static async Task AnswerAsync(
        DicomwebService service, HttpContext http, IReadOnlyList<(StoredInstance Instance, IReadOnlyList<int> Frames)> images, MediaRange chosen, RenderParameters parameters)
    {
        var encoding = RenderedMedia.EncodingOf(chosen);
        StoredInstance[] instances = [.. images.Select(image => image.Instance)];
        var tag = RenderedTag.Of(instances, string.Join(';', images.Select(image => RenderedTag.TextOf(image.Frames))), chosen.ToString(), parameters.ToString());
        var parts = new MultipartWriter(RenderedMedia.TypeOf(encoding));
        if (RenderedTag.Settle(http, tag, instances, parts.ContentType))
            return;

        var root = RequestBase.Of(http);
        using var output = new PooledBuffer();
        foreach (var (instance, frames) in images)
        {
            RenderedInstance? open = null;
            try
            {
                foreach (var frame in frames)
                {
                    output.Clear();
                    var contentType = RenderedMedia.TypeOf(encoding);
                    try
                    {
                        using var turn = await service.PixelTurns.EnterAsync(http.Response.HasStarted, http.RequestAborted);
                        open ??= await RenderedInstance.OpenAsync(service, instance, http.RequestAborted);
                        await open.EncodeAsync(frame, encoding, parameters, output, http.RequestAborted);
                    }
                    catch (Exception failure) when (failure is DicomException ? http.Response.HasStarted || images.Count > 1 : failure is DicomwebException && http.Response.HasStarted)
                    {
                        // One image that can't be shown must not take the others with it, nor be left out in silence.
                        output.Clear();
                        contentType = "application/problem+json";
                        Problem(output, (failure as DicomwebException)?.Status ?? StatusCodes.Status422UnprocessableEntity, failure.Message);
                    }

                    // Of an instance that can't be opened no frame can be shown, and one word says so for all of them.
                    var location = open is null ? $"{root}{instance.Path}/rendered" : $"{root}{instance.Path}/frames/{(frame + 1).ToString(CultureInfo.InvariantCulture)}/rendered";
                    parts.Write(http.Response.BodyWriter, contentType, location, output.Written.Span);
                    await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
                    if (open is null)
                        break;
                }
            }
            finally
            {
                open?.Dispose();
            }
        }

        await http.Response.BodyWriter.WriteAsync(parts.End, http.RequestAborted);
    }

    private static void Problem(PooledBuffer output, int status, string detail)
    {
        using var json = new System.Text.Json.Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("title", "The image can't be shown.");
        json.WriteNumber("status", status);
        json.WriteString("detail", detail);
        json.WriteEndObject();
    }
}
