// How the elements of a data set are encoded, which need not be what the transfer syntax says.

namespace FhirHub.Dicom;

/// <summary>Explicit or implicit VR, and the order of bytes.</summary>
internal readonly record struct DatasetEncoding(bool IsExplicit, bool IsBigEndian)
{
    public static DatasetEncoding ExplicitLittleEndian => new(true, false);

    public static DatasetEncoding ImplicitLittleEndian => new(false, false);

    public static DatasetEncoding Of(TransferSyntax syntax) => new(syntax.IsExplicitVR, syntax.IsBigEndian);
}
