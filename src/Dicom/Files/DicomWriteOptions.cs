// How a file is written.

namespace FhirHub.Dicom;

/// <summary>How a file is written.</summary>
public sealed record DicomWriteOptions
{
    /// <summary>As it was read: preamble, file meta information, lengths, padding and order stay, so that the bytes are those that were read.</summary>
    public static DicomWriteOptions AsRead { get; } = new() { IsAsRead = true };

    /// <summary>
    /// As PS3.10 wants it: preamble of zeros, file meta information of this implementation, no group lengths, even lengths. Items keep
    /// the kind of length that they have.
    /// </summary>
    public static DicomWriteOptions Conformant { get; } = new();

    /// <summary>The transfer syntax to write in; null is that of the file. Pixel Data is not transcoded here.</summary>
    public TransferSyntax? TransferSyntax { get; init; }

    /// <summary>Whether the preamble of the file is kept, of which anybody may have made an executable (PS3.10 7.5).</summary>
    public bool KeepsPreamble { get; init; }

    internal bool IsAsRead { get; init; }
}
