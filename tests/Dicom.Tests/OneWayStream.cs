// Bytes as an upload brings them.

namespace FhirHub.Dicom.Tests;

/// <summary>A stream that only goes forward.</summary>
internal sealed class OneWayStream(byte[] bytes) : MemoryStream(bytes)
{
    public override bool CanSeek => false;
}
