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

    /// <summary>Why it can't be used, in a sentence that says what to install; null if it can.</summary>
    public string? Unavailable { get; }

    /// <summary>Whether it has a function that not all versions have.</summary>
    public bool Has(string function) => _handle != 0 && NativeLibrary.TryGetExport(_handle, function, out _);

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) => name switch
    {
        TurboJpegName => TurboJpeg._handle,
        _ => 0,
    };
}
