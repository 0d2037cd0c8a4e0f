// Frames of a stored instance in the form that a client accepts: by their places where they go as they are, else decoded or encoded.

using System.Buffers;
using FhirHub.Dicom;
using FhirHub.Dicom.Pixels;
using Microsoft.AspNetCore.Http;

namespace FhirHub.Dicomweb;

/// <summary>Reads frames that can't be copied by their places.</summary>
internal sealed class FrameReader
{
    private readonly PixelFrames _frames;
    private readonly FrameForm _form;
    private readonly PixelCodecs _codecs;
    private byte[]? _native;

    private FrameReader(PixelFrames frames, FrameForm form, PixelCodecs codecs)
    {
        _frames = frames;
        _form = form;
        _codecs = codecs;
    }

    /// <summary>Opens the frames of an instance.</summary>
    /// <exception cref="DicomException">What it says of its pixels can't be.</exception>
    public static async Task<FrameReader> OpenAsync(DicomwebService service, HttpContext http, BlobReading blob, FrameForm form) =>
        new(PixelFrames.Of(await blob.ReadAsync(service.Options.Reading, http.RequestAborted), service.Options.Pixels), form, TurnCodec.Of(service, http));

    /// <summary>A frame. What it gives holds until the next one is read.</summary>
    /// <param name="frame">The number of the frame, from 0.</param>
    /// <param name="cancel">Ends it early.</param>
    /// <exception cref="DicomException">It can't be decoded or encoded.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(int frame, CancellationToken cancel)
    {
        if (_form.IsStored)
            return await _frames.ReadAsync(frame, cancel);
        _native ??= new byte[_frames.Description.FrameBytes];
        var decoded = await _frames.DecodeAsync(frame, _codecs, _native, cancel);
        if (!_form.Syntax.IsEncapsulated)
            return _native.AsMemory(0, _frames.Description.FrameBytes);
        var encoded = new ArrayBufferWriter<byte>();
        await _codecs.Encoder(_form.Syntax).EncodeAsync(_native, decoded, _form.Syntax, PixelEncodeOptions.Default, encoded, cancel);
        return encoded.WrittenMemory;
    }
}
