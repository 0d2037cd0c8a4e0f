// A codestream in memory, as OpenJPEG reads and writes it.

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FhirHub.Dicom.Pixels.Native;

/// <summary>The stream of an OpenJPEG codec and the words of its first error.</summary>
internal sealed unsafe class Codestream : IDisposable
{
    private const int BufferSize = 64 * 1024;

    private readonly byte* _source;
    private readonly MemoryStream? _target;
    private readonly long _length;
    private GCHandle _self;
    private long _position;

    private Codestream(byte* source, long length)
    {
        _source = source;
        _length = length;
        if (source is null)
            _target = new MemoryStream();
        _self = GCHandle.Alloc(this);
        Handle = OpenJpeg.StreamCreate(BufferSize, source is null ? 0 : 1);
        if (Handle == 0)
            throw new DicomException(DicomFault.LimitExceeded, "OpenJPEG has no memory for a frame", DicomTags.PixelData);
        OpenJpeg.StreamSetUserData(Handle, GCHandle.ToIntPtr(_self), 0);
        OpenJpeg.StreamSetSkip(Handle, &Skip);
        OpenJpeg.StreamSetSeek(Handle, &Seek);
        if (source is null)
        {
            OpenJpeg.StreamSetWrite(Handle, &Write);
        }
        else
        {
            OpenJpeg.StreamSetUserDataLength(Handle, (ulong)length);
            OpenJpeg.StreamSetRead(Handle, &Read);
        }
    }

    /// <summary>The stream in the library.</summary>
    public nint Handle { get; }

    /// <summary>What the library said when it first failed.</summary>
    public string? Error { get; private set; }

    /// <summary>What was written.</summary>
    public ReadOnlySpan<byte> Written => _target!.GetBuffer().AsSpan(0, (int)_target.Length);

    /// <summary>A stream to decode from; the bytes stay where they are until it is disposed of.</summary>
    public static Codestream From(byte* source, long length) => new(source, length);

    /// <summary>A stream to encode to.</summary>
    public static Codestream ToMemory() => new(null, 0);

    /// <summary>Has a codec tell its errors here.</summary>
    public void Listen(nint codec) => _ = OpenJpeg.SetErrorHandler(codec, &Tell, GCHandle.ToIntPtr(_self));

    /// <inheritdoc/>
    public void Dispose()
    {
        OpenJpeg.StreamDestroy(Handle);
        _self.Free();
        _target?.Dispose();
    }

    private static Codestream Of(nint user) => (Codestream)GCHandle.FromIntPtr(user).Target!;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nuint Read(byte* buffer, nuint count, nint user)
    {
        var stream = Of(user);
        var read = (nuint)Math.Min((ulong)(stream._length - stream._position), count);
        if (read == 0)
            return nuint.MaxValue;
        Buffer.MemoryCopy(stream._source + stream._position, buffer, count, read);
        stream._position += (long)read;
        return read;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nuint Write(byte* buffer, nuint count, nint user)
    {
        var target = Of(user)._target!;
        if ((ulong)target.Position + count > int.MaxValue)
            return nuint.MaxValue;
        target.Write(new ReadOnlySpan<byte>(buffer, (int)count));
        return count;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static long Skip(long count, nint user)
    {
        var stream = Of(user);
        if (stream._target is { } target)
        {
            target.Position += count;
            return count;
        }

        var skipped = Math.Clamp(count, -stream._position, stream._length - stream._position);
        stream._position += skipped;
        return skipped == 0 && count != 0 ? -1 : skipped;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Seek(long position, nint user)
    {
        var stream = Of(user);
        if (stream._target is { } target)
        {
            target.Position = position;
            return 1;
        }

        if (position < 0 || position > stream._length)
            return 0;
        stream._position = position;
        return 1;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Tell(byte* words, nint user) => Of(user).Error ??= Marshal.PtrToStringUTF8((nint)words);
}
