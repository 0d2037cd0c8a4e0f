// The functions of CharLS (version 2).

using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;

namespace FhirHub.Dicom.Pixels.Native;

/// <summary>Imports of CharLS, with its own names.</summary>
internal static unsafe partial class CharLs
{
    public const int InterleaveNone = 0;

    public const int InterleaveLine = 1;

    [LibraryImport(CodecLibrary.CharLsName, EntryPoint = "charls_jpegls_decoder_create")]
    public static partial nint DecoderCreate();

    [LibraryImport(CodecLibrary.CharLsName, EntryPoint = "charls_jpegls_decoder_destroy")]
    public static partial void DecoderDestroy(nint decoder);

    [LibraryImport(CodecLibrary.CharLsName, EntryPoint = "charls_jpegls_decoder_set_source_buffer")]
    public static partial int DecoderSetSource(nint decoder, byte* source, nuint size);

    [LibraryImport(CodecLibrary.CharLsName, EntryPoint = "charls_jpegls_decoder_read_header")]
    public static partial int DecoderReadHeader(nint decoder);

    [LibraryImport(CodecLibrary.CharLsName, EntryPoint = "charls_jpegls_decoder_get_frame_info")]
    public static partial int DecoderGetFrameInfo(nint decoder, out FrameInfo info);

    [LibraryImport(CodecLibrary.CharLsName, EntryPoint = "charls_jpegls_decoder_get_interleave_mode")]
    public static partial int DecoderGetInterleaveMode(nint decoder, out int mode);

    [LibraryImport(CodecLibrary.CharLsName, EntryPoint = "charls_jpegls_decoder_get_destination_size")]
    public static partial int DecoderGetDestinationSize(nint decoder, uint stride, out nuint size);

    [LibraryImport(CodecLibrary.CharLsName, EntryPoint = "charls_jpegls_decoder_decode_to_buffer")]
    public static partial int DecoderDecode(nint decoder, byte* target, nuint size, uint stride);

    [LibraryImport(CodecLibrary.CharLsName, EntryPoint = "charls_jpegls_encoder_create")]
    public static partial nint EncoderCreate();

    [LibraryImport(CodecLibrary.CharLsName, EntryPoint = "charls_jpegls_encoder_destroy")]
    public static partial void EncoderDestroy(nint encoder);

    [LibraryImport(CodecLibrary.CharLsName, EntryPoint = "charls_jpegls_encoder_set_frame_info")]
    public static partial int EncoderSetFrameInfo(nint encoder, in FrameInfo info);

    [LibraryImport(CodecLibrary.CharLsName, EntryPoint = "charls_jpegls_encoder_set_near_lossless")]
    public static partial int EncoderSetNearLossless(nint encoder, int near);

    [LibraryImport(CodecLibrary.CharLsName, EntryPoint = "charls_jpegls_encoder_set_interleave_mode")]
    public static partial int EncoderSetInterleaveMode(nint encoder, int mode);

    [LibraryImport(CodecLibrary.CharLsName, EntryPoint = "charls_jpegls_encoder_get_estimated_destination_size")]
    public static partial int EncoderGetEstimatedSize(nint encoder, out nuint size);

    [LibraryImport(CodecLibrary.CharLsName, EntryPoint = "charls_jpegls_encoder_set_destination_buffer")]
    public static partial int EncoderSetTarget(nint encoder, byte* target, nuint size);

    [LibraryImport(CodecLibrary.CharLsName, EntryPoint = "charls_jpegls_encoder_encode_from_buffer")]
    public static partial int EncoderEncode(nint encoder, byte* source, nuint size, uint stride);

    [LibraryImport(CodecLibrary.CharLsName, EntryPoint = "charls_jpegls_encoder_get_bytes_written")]
    public static partial int EncoderGetBytesWritten(nint encoder, out nuint size);

    /// <summary>The version of the library.</summary>
    public static string? Version() => Utf8StringMarshaller.ConvertToManaged(VersionText());

    /// <summary>What an error code says.</summary>
    public static string? Error(int code) => Utf8StringMarshaller.ConvertToManaged(ErrorText(code));

    [LibraryImport(CodecLibrary.CharLsName, EntryPoint = "charls_get_version_string")]
    private static partial byte* VersionText();

    [LibraryImport(CodecLibrary.CharLsName, EntryPoint = "charls_get_error_message")]
    private static partial byte* ErrorText(int code);

    /// <summary>A frame as CharLS describes it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct FrameInfo
    {
        public uint Width;
        public uint Height;
        public int BitsPerSample;
        public int ComponentCount;
    }
}
