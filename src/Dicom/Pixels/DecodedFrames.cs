// Native pixel data that is made while it is read: one decoded frame is in memory at a time.

namespace FhirHub.Dicom.Pixels;

/// <summary>
/// The frames of an instance as native Pixel Data, the least significant byte first. It is read by one reader at a time; each frame is decoded when the
/// reader comes to it, so that reading forward decodes each once.
/// </summary>
public sealed class DecodedFrames : ByteSource
{
    private readonly PixelFrames _frames;
    private readonly PixelCodecs? _codecs;
    private readonly int _frameBytes;
    private ReadOnlyMemory<byte> _bytes;
    private byte[]? _buffer;
    private int _current = -1;
    private PixelDescription? _description;

    /// <summary>The frames of an instance.</summary>
    /// <param name="frames">The frames.</param>
    /// <param name="codecs">Who decodes; null for the samples of native frames as they lie.</param>
    public DecodedFrames(PixelFrames frames, PixelCodecs? codecs)
    {
        _frames = frames;
        _codecs = codecs;
        var bits = codecs is null ? frames.Description.NativeFrameBits : frames.Description.FrameBits;
        Length = ((bits * frames.Count) + 7) / 8;
        IsPacked = bits % 8 != 0 && frames.Count > 1;
        _frameBytes = IsPacked ? checked((int)Length) : (int)((bits + 7) / 8);
        if (Length > frames.Limits.MaxFrameBytes && IsPacked)
            throw new DicomException(DicomFault.LimitExceeded, $"{frames.Count:N0} frames of single bits have {Length:N0} bytes, more than can be put together at once", DicomTags.PixelData);
    }

    /// <inheritdoc/>
    public override long Length { get; }

    // Frames of single bits have no bytes between them (PS3.5 8.1.1), so all are put together first.
    private bool IsPacked { get; }

    /// <summary>Decodes the first frame, before anything is promised of the others.</summary>
    /// <returns>What decoded frames are.</returns>
    /// <exception cref="DicomException">It can't be decoded.</exception>
    public async ValueTask<PixelDescription> BeginAsync(CancellationToken cancellationToken)
    {
        await SeekAsync(0, cancellationToken);
        return _description!;
    }

    /// <inheritdoc/>
    public override int Read(long offset, Span<byte> buffer)
    {
        if (offset >= Length)
            return 0;
        SeekAsync((int)(offset / _frameBytes), CancellationToken.None).AsTask().GetAwaiter().GetResult();
        return Copy(offset, buffer);
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (offset >= Length)
            return 0;
        await SeekAsync((int)(offset / _frameBytes), cancellationToken);
        return Copy(offset, buffer.Span);
    }

    private int Copy(long offset, Span<byte> buffer)
    {
        var rest = _bytes.Span[(int)(offset % _frameBytes)..];
        var count = Math.Min(rest.Length, buffer.Length);
        rest[..count].CopyTo(buffer);
        return count;
    }

    private async ValueTask SeekAsync(int frame, CancellationToken cancellationToken)
    {
        if (frame == _current)
            return;
        if (IsPacked)
            _bytes = await PackAsync(cancellationToken);
        else
            _bytes = await FrameAsync(frame, cancellationToken);
        _current = frame;
    }

    private async ValueTask<ReadOnlyMemory<byte>> FrameAsync(int frame, CancellationToken cancellationToken)
    {
        if (_codecs is null)
        {
            _description = _frames.Description;
            return await _frames.ReadAsync(frame, cancellationToken);
        }

        _buffer ??= new byte[_frames.Description.FrameBytes];
        var decoded = await _frames.DecodeAsync(frame, _codecs, _buffer, cancellationToken);

        // What is said of all frames is said once, from the first.
        _description ??= decoded;
        if (decoded.Photometric != _description.Photometric)
            throw new DicomException(DicomFault.Unsupported, $"frame {frame + 1:N0} is {decoded.Photometric.Term()} where others are {_description.Photometric.Term()}", DicomTags.PixelData);
        return _buffer;
    }

    private async ValueTask<ReadOnlyMemory<byte>> PackAsync(CancellationToken cancellationToken)
    {
        var packed = new byte[Length];
        var bits = _codecs is null ? _frames.Description.NativeFrameBits : _frames.Description.FrameBits;
        for (var frame = 0; frame < _frames.Count; frame++)
            SampleLayout.AppendBits((await FrameAsync(frame, cancellationToken)).Span, bits, packed, bits * frame);
        return packed;
    }
}
