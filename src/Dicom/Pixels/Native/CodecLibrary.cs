// A library of the system that codecs stand on: found by its file's names, and used only if it has all that is called.

using System.Reflection;
using System.Runtime.InteropServices;

namespace FhirHub.Dicom.Pixels.Native;

/// <summary>A shared library that may be missing, or be another than its name says.</summary>
internal sealed class CodecLibrary
{
    /// <summary>The name of libturbojpeg in imports.</summary>
    public const string TurboJpegName = "turbojpeg";

    /// <summary>The name of CharLS in imports.</summary>
    public const string CharLsName = "charls";

    /// <summary>The name of OpenJPEG in imports.</summary>
    public const string OpenJpegName = "openjp2";

    private readonly nint _handle;

    static CodecLibrary() => NativeLibrary.SetDllImportResolver(typeof(CodecLibrary).Assembly, Resolve);

    /// <summary>Looks for a library.</summary>
    /// <param name="name">What people call it.</param>
    /// <param name="package">The package of Debian that has it.</param>
    /// <param name="files">Names of its file on the systems that we know; those with another interface have others.</param>
    /// <param name="functions">All functions that are called.</param>
    public CodecLibrary(string name, string package, IReadOnlyList<string> files, IReadOnlyList<string> functions)
    {
        if (!Environment.Is64BitProcess)
        {
            Unavailable = $"{name} is used on 64-bit systems only";
            return;
        }

        foreach (var file in files)
        {
            if (NativeLibrary.TryLoad(file, out _handle))
                break;
        }

        if (_handle == 0)
            Unavailable = $"{name} is not installed; on Debian it is in the package {package}";
        else if (functions.FirstOrDefault(function => !NativeLibrary.TryGetExport(_handle, function, out _)) is { } missing)
            Unavailable = $"{name} was found, but it has no function {missing}; install a version that has it, on Debian 12 the package {package}";
    }

    /// <summary>libjpeg-turbo by its TurboJPEG interface.</summary>
    public static CodecLibrary TurboJpeg { get; } = new(
        "libturbojpeg",
        "libturbojpeg0",
        ["libturbojpeg.so.0", "libturbojpeg.0.dylib", "turbojpeg.dll", "libturbojpeg.dll"],
        ["tjInitCompress", "tjCompress2", "tjBufSize", "tjInitDecompress", "tjDecompress2", "tjDestroy", "tjGetErrorStr2"]);

    /// <summary>CharLS, version 2.1 or later.</summary>
    public static CodecLibrary CharLs { get; } = new(
        "CharLS",
        "libcharls2",
        ["libcharls.so.2", "libcharls.2.dylib", "charls-2-x64.dll", "charls.dll"],
        [
            "charls_get_version_string", "charls_get_error_message", "charls_jpegls_decoder_create", "charls_jpegls_decoder_destroy", "charls_jpegls_decoder_set_source_buffer",
            "charls_jpegls_decoder_read_header", "charls_jpegls_decoder_get_frame_info", "charls_jpegls_decoder_get_interleave_mode", "charls_jpegls_decoder_get_destination_size",
            "charls_jpegls_decoder_decode_to_buffer", "charls_jpegls_encoder_create", "charls_jpegls_encoder_destroy", "charls_jpegls_encoder_set_frame_info",
            "charls_jpegls_encoder_set_near_lossless", "charls_jpegls_encoder_set_interleave_mode", "charls_jpegls_encoder_get_estimated_destination_size",
            "charls_jpegls_encoder_set_destination_buffer", "charls_jpegls_encoder_encode_from_buffer", "charls_jpegls_encoder_get_bytes_written",
        ]);

    /// <summary>OpenJPEG, version 2.1 or later; HTJ2K came with 2.5.</summary>
    public static CodecLibrary OpenJpeg { get; } = new(
        "OpenJPEG",
        "libopenjp2-7",
        ["libopenjp2.so.7", "libopenjp2.7.dylib", "openjp2.dll"],
        [
            "opj_version", "opj_create_decompress", "opj_create_compress", "opj_destroy_codec", "opj_set_error_handler", "opj_set_default_decoder_parameters",
            "opj_setup_decoder", "opj_read_header", "opj_decode", "opj_end_decompress", "opj_set_default_encoder_parameters", "opj_setup_encoder", "opj_start_compress",
            "opj_encode", "opj_end_compress", "opj_image_create", "opj_image_destroy", "opj_stream_create", "opj_stream_destroy", "opj_stream_set_read_function",
            "opj_stream_set_write_function", "opj_stream_set_skip_function", "opj_stream_set_seek_function", "opj_stream_set_user_data", "opj_stream_set_user_data_length",
        ]);

    /// <summary>Why it can't be used, in a sentence that says what to install; null if it can.</summary>
    public string? Unavailable { get; }

    /// <summary>Whether it has a function that not all versions have.</summary>
    public bool Has(string function) => _handle != 0 && NativeLibrary.TryGetExport(_handle, function, out _);

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) => name switch
    {
        TurboJpegName => TurboJpeg._handle,
        CharLsName => CharLs._handle,
        OpenJpegName => OpenJpeg._handle,
        _ => 0,
    };
}
