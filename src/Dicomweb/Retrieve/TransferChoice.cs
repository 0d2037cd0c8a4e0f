// Which transfer syntax an instance or a frame is sent in: what is stored where that is accepted, else what it can be brought into (PS3.18 8.7.3).

using FhirHub.Dicom;
using FhirHub.Dicom.Pixels;

namespace FhirHub.Dicomweb;

/// <summary>How a frame is sent.</summary>
/// <param name="MediaType">Its media type.</param>
/// <param name="Syntax">Its transfer syntax.</param>
/// <param name="IsStored">Whether it goes as it is stored.</param>
internal sealed record FrameForm(string MediaType, TransferSyntax Syntax, bool IsStored)
{
    /// <summary>The media type with the transfer syntax.</summary>
    public string ContentType { get; } = $"{MediaType}; transfer-syntax={Syntax.Uid}";
}

/// <summary>Chooses transfer syntaxes among those that are accepted.</summary>
internal sealed class TransferChoice(PixelCodecs codecs)
{
    private const string Any = "*";

    /// <summary>
    /// The transfer syntax of an instance; null if none is accepted that it can be sent in. Where a range names none, explicit VR little endian is
    /// meant; where the range does not even name the media type, that it can't be decoded does not matter.
    /// </summary>
    public TransferSyntax? OfInstance(StoredInstance instance, IReadOnlyList<MediaRange> ranges)
    {
        var stored = instance.TransferSyntax;
        foreach (var equals in ByQuality(ranges))
        {
            if (equals.Any(range => range.TransferSyntax == Any || range.TransferSyntax == stored.Uid))
                return stored;
            foreach (var range in equals)
            {
                var target = range.TransferSyntax is { } uid ? TransferSyntax.Find(uid) : TransferSyntax.ExplicitVRLittleEndian;

                // What has no pixels is nothing that a pixel codec could be asked for.
                if (instance.Frames == 0 && target is { IsEncapsulated: true })
                    target = TransferSyntax.ExplicitVRLittleEndian;
                if (target is { IsRetired: false } && (instance.Frames == 0 || PixelTranscoder.CanTranscode(stored, target, codecs)))
                    return target;
                if (range.TransferSyntax is null && IsWild(range))
                    return stored;
            }
        }

        return null;
    }

    /// <summary>Why what is stored in a transfer syntax can be sent in no other, such as a library that is missing; null if it can.</summary>
    public string? ObstacleOf(TransferSyntax stored) => stored.IsEncapsulated ? codecs.ObstacleOf(stored) : null;

    /// <summary>The media types in which frames of a transfer syntax can be sent, the standard's default first.</summary>
    public IReadOnlyList<string> FrameTypes(TransferSyntax stored)
    {
        var types = new List<string> { PixelMedia.OctetStream };
        var own = PixelMedia.Of(stored);
        if (own != PixelMedia.OctetStream)
            types.Add(own);
        foreach (var type in PixelMedia.Images)
        {
            if (type != own && PixelMedia.SyntaxesOf(type).Any(syntax => syntax == stored || PixelTranscoder.CanTranscode(stored, syntax, codecs)))
                types.Add(type);
        }

        return types;
    }

    /// <summary>A media type of frames as it has to be accepted: with a transfer syntax where they are sent in it only if one is named.</summary>
    public string Naming(TransferSyntax stored, string mediaType)
    {
        if (OfFrame(stored, mediaType, [MediaRange.Of(mediaType)]) is not null)
            return mediaType;
        var syntax = PixelMedia.SyntaxesOf(mediaType).FirstOrDefault(syntax => PixelTranscoder.CanTranscode(stored, syntax, codecs)) ?? stored;
        return $"{mediaType}; transfer-syntax={syntax.Uid}";
    }

    /// <summary>How frames are sent in a media type; null if no transfer syntax of it is accepted that they can be sent in.</summary>
    public FrameForm? OfFrame(TransferSyntax stored, string mediaType, IReadOnlyList<MediaRange> ranges)
    {
        foreach (var equals in ByQuality(ranges))
        {
            if ((mediaType == PixelMedia.OctetStream ? Octets(stored, equals) : Image(stored, mediaType, equals)) is { } form)
                return form;
        }

        return null;
    }

    // Viewers that ask for octets in any transfer syntax decode the frames themselves, as they are stored.
    private FrameForm? Octets(TransferSyntax stored, IReadOnlyList<MediaRange> ranges)
    {
        var isNative = stored.Pixels == PixelEncoding.Native;
        if (!isNative && ranges.Any(range => range.TransferSyntax == Any || range.TransferSyntax == stored.Uid))
            return new(PixelMedia.OctetStream, stored, IsStored: true);
        var asksForNative = ranges.Any(range => range.TransferSyntax is null || TransferSyntax.Find(range.TransferSyntax) is { Pixels: PixelEncoding.Native } || range.TransferSyntax == Any);
        return asksForNative && PixelTranscoder.CanTranscode(stored, TransferSyntax.ExplicitVRLittleEndian, codecs)
            ? new(PixelMedia.OctetStream, TransferSyntax.ExplicitVRLittleEndian, IsStored: isNative)
            : null;
    }

    private FrameForm? Image(TransferSyntax stored, string mediaType, IReadOnlyList<MediaRange> ranges)
    {
        var isOwn = PixelMedia.Of(stored) == mediaType || PixelMedia.SyntaxesOf(mediaType).Contains(stored);
        if (isOwn && ranges.Any(range => range.TransferSyntax is null or Any || range.TransferSyntax == stored.Uid))
            return new(mediaType, stored, IsStored: true);
        foreach (var range in ranges)
        {
            var target = range.TransferSyntax is null or Any
                ? PixelMedia.SyntaxesOf(mediaType).FirstOrDefault()
                : PixelMedia.SyntaxesOf(mediaType).FirstOrDefault(syntax => syntax.Uid == range.TransferSyntax);
            if (target is not null && PixelTranscoder.CanTranscode(stored, target, codecs))
                return new(mediaType, target, IsStored: false);
        }

        return null;
    }

    private static bool IsWild(MediaRange range) => range.Subtype == "*" || (range.IsMultipart && range.PartType is null);

    private static IEnumerable<IReadOnlyList<MediaRange>> ByQuality(IReadOnlyList<MediaRange> ranges)
    {
        for (var start = 0; start < ranges.Count;)
        {
            var end = start + 1;
            while (end < ranges.Count && ranges[end].Quality == ranges[start].Quality)
                end++;
            yield return start == 0 && end == ranges.Count ? ranges : [.. ranges.Skip(start).Take(end - start)];
            start = end;
        }
    }
}
