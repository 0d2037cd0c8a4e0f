// What can go wrong in the archive that is not the answer to a request.

namespace FhirHub.Dicomweb;

/// <summary>The archive can't do its work: its folder is in use, the disk is full, the index is damaged. The message says what to do.</summary>
public sealed class ArchiveException : IOException
{
    /// <summary>A failure with its reason.</summary>
    public ArchiveException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
