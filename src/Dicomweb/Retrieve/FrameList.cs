// The list of frames in an address (PS3.18 10.4.1.1.3): numbers from 1, with commas between them.

using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace FhirHub.Dicomweb;

/// <summary>Reads lists of frames.</summary>
internal static class FrameList
{
    private const int MaxFrames = 4_096;

    /// <summary>The frames of an address, from 0, in the order in which they are asked for.</summary>
    /// <param name="text">The list.</param>
    /// <param name="count">How many frames the instance has.</param>
    /// <exception cref="DicomwebException">400: it is no list. 404: there is no such frame.</exception>
    public static IReadOnlyList<int> Parse(string? text, int count)
    {
        var frames = new List<int>();
        foreach (var part in (text ?? "").AsSpan().Split(','))
        {
            var number = text.AsSpan(part);
            if (number.IsEmpty || number.ContainsAnyExceptInRange('0', '9'))
                throw new DicomwebException(StatusCodes.Status400BadRequest, "Frames are asked for by their numbers from 1, with commas between them, such as /frames/1,3,5.");
            if (frames.Count == MaxFrames)
                throw new DicomwebException(StatusCodes.Status400BadRequest, $"More than {MaxFrames:N0} frames are asked for; ask for them in several requests.");
            if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var frame) || frame > count)
                throw new DicomwebException(StatusCodes.Status404NotFound, count == 0 ? "The instance has no frames." : $"The instance has no such frame; it has {count:N0}.");
            if (frame == 0)
                throw new DicomwebException(StatusCodes.Status400BadRequest, "Frames are counted from 1.");
            frames.Add(frame - 1);
        }

        return frames;
    }
}
