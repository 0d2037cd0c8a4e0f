// The functions of OpenJPEG (libopenjp2, version 2), and of its structures what is used. They are laid out as 64-bit systems have them.

using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;

namespace FhirHub.Dicom.Pixels.Native;

/// <summary>Imports of OpenJPEG, with its own names.</summary>
internal static unsafe partial class OpenJpeg
{
    /// <summary>A codestream without a file around it.</summary>
    public const int CodestreamFormat = 0;

    public const int UnspecifiedColors = 0;

    [LibraryImport(CodecLibrary.OpenJpegName, EntryPoint = "opj_create_decompress")]
    public static partial nint CreateDecompress(int format);

    [LibraryImport(CodecLibrary.OpenJpegName, EntryPoint = "opj_create_compress")]
    public static partial nint CreateCompress(int format);

    [LibraryImport(CodecLibrary.OpenJpegName, EntryPoint = "opj_destroy_codec")]
    public static partial void DestroyCodec(nint codec);

    [LibraryImport(CodecLibrary.OpenJpegName, EntryPoint = "opj_set_error_handler")]
    public static partial int SetErrorHandler(nint codec, delegate* unmanaged[Cdecl]<byte*, nint, void> handler, nint user);

    [LibraryImport(CodecLibrary.OpenJpegName, EntryPoint = "opj_set_default_decoder_parameters")]
    public static partial void SetDefaultDecoderParameters(DecoderParameters* parameters);

    [LibraryImport(CodecLibrary.OpenJpegName, EntryPoint = "opj_setup_decoder")]
    public static partial int SetupDecoder(nint codec, DecoderParameters* parameters);

    [LibraryImport(CodecLibrary.OpenJpegName, EntryPoint = "opj_read_header")]
    public static partial int ReadHeader(nint stream, nint codec, ref Image* image);

    [LibraryImport(CodecLibrary.OpenJpegName, EntryPoint = "opj_decode")]
    public static partial int Decode(nint codec, nint stream, Image* image);

    [LibraryImport(CodecLibrary.OpenJpegName, EntryPoint = "opj_end_decompress")]
    public static partial int EndDecompress(nint codec, nint stream);

    [LibraryImport(CodecLibrary.OpenJpegName, EntryPoint = "opj_set_default_encoder_parameters")]
    public static partial void SetDefaultEncoderParameters(EncoderParameters* parameters);

    [LibraryImport(CodecLibrary.OpenJpegName, EntryPoint = "opj_setup_encoder")]
    public static partial int SetupEncoder(nint codec, EncoderParameters* parameters, Image* image);

    [LibraryImport(CodecLibrary.OpenJpegName, EntryPoint = "opj_start_compress")]
    public static partial int StartCompress(nint codec, Image* image, nint stream);

    [LibraryImport(CodecLibrary.OpenJpegName, EntryPoint = "opj_encode")]
    public static partial int Encode(nint codec, nint stream);

    [LibraryImport(CodecLibrary.OpenJpegName, EntryPoint = "opj_end_compress")]
    public static partial int EndCompress(nint codec, nint stream);

    [LibraryImport(CodecLibrary.OpenJpegName, EntryPoint = "opj_image_create")]
    public static partial Image* ImageCreate(uint count, ComponentParameters* components, int colors);

    [LibraryImport(CodecLibrary.OpenJpegName, EntryPoint = "opj_image_destroy")]
    public static partial void ImageDestroy(Image* image);

    [LibraryImport(CodecLibrary.OpenJpegName, EntryPoint = "opj_stream_create")]
    public static partial nint StreamCreate(nuint bufferSize, int isInput);

    [LibraryImport(CodecLibrary.OpenJpegName, EntryPoint = "opj_stream_destroy")]
    public static partial void StreamDestroy(nint stream);

    [LibraryImport(CodecLibrary.OpenJpegName, EntryPoint = "opj_stream_set_read_function")]
    public static partial void StreamSetRead(nint stream, delegate* unmanaged[Cdecl]<byte*, nuint, nint, nuint> read);

    [LibraryImport(CodecLibrary.OpenJpegName, EntryPoint = "opj_stream_set_write_function")]
    public static partial void StreamSetWrite(nint stream, delegate* unmanaged[Cdecl]<byte*, nuint, nint, nuint> write);

    [LibraryImport(CodecLibrary.OpenJpegName, EntryPoint = "opj_stream_set_skip_function")]
    public static partial void StreamSetSkip(nint stream, delegate* unmanaged[Cdecl]<long, nint, long> skip);

    [LibraryImport(CodecLibrary.OpenJpegName, EntryPoint = "opj_stream_set_seek_function")]
    public static partial void StreamSetSeek(nint stream, delegate* unmanaged[Cdecl]<long, nint, int> seek);

    [LibraryImport(CodecLibrary.OpenJpegName, EntryPoint = "opj_stream_set_user_data")]
    public static partial void StreamSetUserData(nint stream, nint user, nint free);

    [LibraryImport(CodecLibrary.OpenJpegName, EntryPoint = "opj_stream_set_user_data_length")]
    public static partial void StreamSetUserDataLength(nint stream, ulong length);

    /// <summary>The version of the library.</summary>
    public static string? Version() => Utf8StringMarshaller.ConvertToManaged(VersionText());

    [LibraryImport(CodecLibrary.OpenJpegName, EntryPoint = "opj_version")]
    private static partial byte* VersionText();

    /// <summary>How to decode; the library's defaults are ours.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 8252)]
    public struct DecoderParameters
    {
        [FieldOffset(0)]
        public uint Reduce;
    }

    /// <summary>How to encode.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 18720)]
    public struct EncoderParameters
    {
        /// <summary>Whether layers are told by their rate.</summary>
        [FieldOffset(20)]
        public int IsRateAllocated;

        [FieldOffset(4796)]
        public int Layers;

        /// <summary>How many times smaller than the samples the first layer is; 0 without loss.</summary>
        [FieldOffset(4800)]
        public float Rate;

        [FieldOffset(5600)]
        public int Resolutions;

        [FieldOffset(5616)]
        public int IsIrreversible;

        [FieldOffset(18698)]
        public byte HasComponentTransform;
    }

    /// <summary>An image.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Image
    {
        public uint Left;
        public uint Top;
        public uint Right;
        public uint Bottom;
        public uint ComponentCount;
        public int Colors;
        public Component* Components;
        public byte* Profile;
        public uint ProfileLength;
    }

    /// <summary>A component of an image.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Component
    {
        public uint HorizontalStep;
        public uint VerticalStep;
        public uint Width;
        public uint Height;
        public uint Left;
        public uint Top;
        public uint Precision;
        public uint BitsPerPixel;
        public uint IsSigned;
        public uint Resolutions;
        public uint Factor;
        public int* Samples;
        public ushort Alpha;
    }

    /// <summary>A component of an image that is to be made.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct ComponentParameters
    {
        public uint HorizontalStep;
        public uint VerticalStep;
        public uint Width;
        public uint Height;
        public uint Left;
        public uint Top;
        public uint Precision;
        public uint BitsPerPixel;
        public uint IsSigned;
    }
}
