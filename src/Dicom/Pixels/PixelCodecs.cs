// Which codec decodes and encodes which transfer syntax, and why one is not there.

using System.Collections.Frozen;
using FhirHub.Dicom.Pixels.Native;

namespace FhirHub.Dicom.Pixels;

/// <summary>Codecs by transfer syntax; of several for one, the first that can be used.</summary>
public sealed class PixelCodecs
{
    private readonly FrozenDictionary<string, IPixelCodec[]> _decoders;
    private readonly FrozenDictionary<string, IPixelCodec[]> _encoders;

    /// <summary>A choice of codecs, those first that are to be preferred.</summary>
    public PixelCodecs(params IReadOnlyList<IPixelCodec> codecs)
    {
        All = codecs;
        _decoders = BySyntax(codec => codec.Decodes);
        _encoders = BySyntax(codec => codec.Encodes);

        FrozenDictionary<string, IPixelCodec[]> BySyntax(Func<IPixelCodec, IReadOnlyCollection<TransferSyntax>> syntaxes) => codecs
            .SelectMany(codec => syntaxes(codec).Select(syntax => (syntax.Uid, Codec: codec)))
            .GroupBy(pair => pair.Uid, pair => pair.Codec, StringComparer.Ordinal)
            .ToFrozenDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);
    }

    /// <summary>Those that need nothing installed.</summary>
    public static PixelCodecs Managed { get; } = new(new RleCodec(), new JpegCodec(), new DeflatedFrameCodec());

    /// <summary>Those of the system's libraries, and behind them those that need nothing installed.</summary>
    /// <param name="workers">
    /// Where libraries decode; null for this process, which a frame may then crash: for tools whose frames are their own.
    /// </param>
    public static PixelCodecs Create(PixelWorkers? workers = null)
    {
        NativeCodec[] native = [new TurboJpegCodec(), new CharLsCodec(), new OpenJpegCodec()];
        return new([.. native.Select(IPixelCodec (codec) => workers is null ? codec : new WorkerCodec(codec, workers)), .. Managed.All]);
    }

    /// <summary>All of them, also those that can't be used here.</summary>
    public IReadOnlyList<IPixelCodec> All { get; }

    /// <summary>Whether frames of a transfer syntax can be decoded here.</summary>
    public bool CanDecode(TransferSyntax syntax) => Find(_decoders, syntax) is not null;

    /// <summary>Why frames of a transfer syntax can't be decoded here, in a sentence that says what to install; null if they can.</summary>
    public string? ObstacleOf(TransferSyntax syntax) => CanDecode(syntax) ? null : Missing(_decoders, syntax, "decoded").Message;

    /// <summary>Whether frames can be encoded in a transfer syntax here.</summary>
    public bool CanEncode(TransferSyntax syntax) => Find(_encoders, syntax) is not null;

    /// <summary>The codec that decodes a transfer syntax.</summary>
    /// <exception cref="DicomException">There is none; it says why.</exception>
    public IPixelCodec Decoder(TransferSyntax syntax) => Find(_decoders, syntax) ?? throw Missing(_decoders, syntax, "decoded");

    /// <summary>The codec that encodes in a transfer syntax.</summary>
    /// <exception cref="DicomException">There is none; it says why.</exception>
    public IPixelCodec Encoder(TransferSyntax syntax) => Find(_encoders, syntax) ?? throw Missing(_encoders, syntax, "encoded");

    private static IPixelCodec? Find(FrozenDictionary<string, IPixelCodec[]> codecs, TransferSyntax syntax) =>
        codecs.TryGetValue(syntax.Uid, out var candidates) ? Array.Find(candidates, codec => codec.Unavailable is null) : null;

    private static DicomException Missing(FrozenDictionary<string, IPixelCodec[]> codecs, TransferSyntax syntax, string done)
    {
        var reasons = codecs.TryGetValue(syntax.Uid, out var candidates)
            ? string.Join("; ", candidates.Select(codec => $"{codec.Name}: {codec.Unavailable!.TrimEnd('.')}"))
            : "no codec knows it";
        return new(DicomFault.Unsupported, $"{syntax} can't be {done} here ({reasons})");
    }
}
