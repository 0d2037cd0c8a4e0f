// The media types of rendered resources (PS3.18 8.7.4).

namespace FhirHub.Dicomweb;

/// <summary>An encoding of images.</summary>
internal enum ImageEncoding
{
    /// <summary>JPEG.</summary>
    Jpeg,

    /// <summary>PNG.</summary>
    Png,

    /// <summary>GIF, which moves if there are several frames.</summary>
    Gif,
}

/// <summary>What is offered.</summary>
internal static class RenderedMedia
{
    private static readonly string[] Types = ["image/jpeg", "image/png", "image/gif"];
    private static readonly MediaRange[] Singles = [.. Types.Select(MediaRange.Of)];
    private static readonly MediaRange[] Multiparts = [.. Types.Select(type => MediaRange.Of($"multipart/related; type=\"{type}\""))];

    /// <summary>For one frame: the image, or a message of one part.</summary>
    public static IReadOnlyList<MediaRange> OneFrame { get; } = [.. Singles, .. Multiparts];

    /// <summary>For all frames of an instance: moving pictures, all of them in parts, or one that stands for the instance.</summary>
    public static IReadOnlyList<MediaRange> AllFrames { get; } = [Singles[2], .. Multiparts[..2], .. Singles[..2], Multiparts[2]];

    /// <summary>For frames that were named: parts, or moving pictures.</summary>
    public static IReadOnlyList<MediaRange> SomeFrames { get; } = [.. Multiparts[..2], Singles[2], Multiparts[2]];

    /// <summary>For studies and series: parts.</summary>
    public static IReadOnlyList<MediaRange> Instances { get; } = Multiparts;

    /// <summary>For thumbnails: one image.</summary>
    public static IReadOnlyList<MediaRange> Thumbnail { get; } = Singles;

    /// <summary>The encoding that a media type, or that of its parts, names.</summary>
    public static ImageEncoding EncodingOf(MediaRange chosen) => (ImageEncoding)Array.IndexOf(Types, chosen.PartType ?? chosen.MediaType);

    /// <summary>The media type of an encoding.</summary>
    public static string TypeOf(ImageEncoding encoding) => Types[(int)encoding];
}
