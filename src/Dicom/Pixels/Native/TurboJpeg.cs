// The functions of libturbojpeg (TurboJPEG 2, which later versions have too).

using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;

namespace FhirHub.Dicom.Pixels.Native;

/// <summary>Imports of libturbojpeg, with its own names.</summary>
internal static unsafe partial class TurboJpeg
{
    public const int FormatRgb = 0;

    public const int FormatGray = 6;

    public const int Sampling444 = 0;

    public const int Sampling422 = 1;

    public const int Sampling420 = 2;

    public const int SamplingGray = 3;

    public const int StopOnWarning = 8192;

    public const int AccurateDct = 4096;

    public const int NoReallocation = 1024;

    [LibraryImport(CodecLibrary.TurboJpegName, EntryPoint = "tjInitCompress")]
    public static partial nint InitCompress();

    [LibraryImport(CodecLibrary.TurboJpegName, EntryPoint = "tjInitDecompress")]
    public static partial nint InitDecompress();

    [LibraryImport(CodecLibrary.TurboJpegName, EntryPoint = "tjDestroy")]
    public static partial int Destroy(nint handle);

    [LibraryImport(CodecLibrary.TurboJpegName, EntryPoint = "tjBufSize")]
    public static partial CULong BufferSize(int width, int height, int sampling);

    [LibraryImport(CodecLibrary.TurboJpegName, EntryPoint = "tjCompress2")]
    public static partial int Compress(
        nint handle, byte* source, int width, int pitch, int height, int format, ref byte* jpeg, ref CULong jpegSize, int sampling, int quality, int flags);

    [LibraryImport(CodecLibrary.TurboJpegName, EntryPoint = "tjDecompress2")]
    public static partial int Decompress(nint handle, byte* jpeg, CULong jpegSize, byte* target, int width, int pitch, int height, int format, int flags);

    /// <summary>The last failure of a handle, in words that the library keeps.</summary>
    public static string? Error(nint handle) => Utf8StringMarshaller.ConvertToManaged(ErrorText(handle));

    [LibraryImport(CodecLibrary.TurboJpegName, EntryPoint = "tjGetErrorStr2")]
    private static partial byte* ErrorText(nint handle);
}
