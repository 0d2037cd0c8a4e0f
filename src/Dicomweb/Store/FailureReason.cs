// Why an instance was not stored, or stored with a word of warning, in the numbers of the standard.

using FhirHub.Dicom;

namespace FhirHub.Dicomweb;

/// <summary>Values of Failure Reason (0008,1197) (PS3.18 I.2.2, PS3.7 C, PS3.4 B.2.3).</summary>
internal enum FailureReason : ushort
{
    /// <summary>General failure in processing.</summary>
    ProcessingFailure = 0x0110,

    /// <summary>Other content of the same UID is there.</summary>
    DuplicateInstance = 0x0111,

    /// <summary>A UID is none.</summary>
    InvalidUid = 0x0117,

    /// <summary>The SOP class is none whose instances are stored.</summary>
    SopClassNotSupported = 0x0122,

    /// <summary>The request may not write the study.</summary>
    NotAuthorized = 0x0124,

    /// <summary>No room on disk, or larger than the limits.</summary>
    OutOfResources = 0xA700,

    /// <summary>Attributes that every instance must have are missing, or contradict each other.</summary>
    DataSetDoesNotMatch = 0xA900,

    /// <summary>The instance is of another study, series or UID than the address names.</summary>
    NotOfAddress = 0xA901,

    /// <summary>The study is there for another patient.</summary>
    OtherPatient = 0xA902,

    /// <summary>It can't be read.</summary>
    CannotUnderstand = 0xC000,

    /// <summary>The transfer syntax is none that is known.</summary>
    TransferSyntaxNotSupported = 0xC122,
}

/// <summary>Values of Warning Reason (0008,1196) (PS3.18 I.2.2).</summary>
internal enum WarningReason : ushort
{
    /// <summary>The data set has faults that nobody stumbles over.</summary>
    DataSetDoesNotMatch = 0xB007,
}

/// <summary>An instance is refused.</summary>
/// <param name="Reason">Why, as a number of the standard.</param>
/// <param name="Comment">Why, in a sentence without patient data that says what to do.</param>
internal sealed record StoreFailure(FailureReason Reason, string Comment)
{
    /// <summary>The attributes at fault, each with what is wrong.</summary>
    public IReadOnlyList<(DicomTag Tag, string Comment)> Attributes { get; init; } = [];

    /// <summary>What can't be read, by what the reader says.</summary>
    public static StoreFailure Of(DicomException fault) => new(ReasonOf(fault), fault.Message)
    {
        Attributes = fault.Tag is { } tag ? [(tag, fault.Message)] : [],
    };

    private static FailureReason ReasonOf(DicomException fault) => fault.Fault switch
    {
        DicomFault.LimitExceeded => FailureReason.OutOfResources,
        DicomFault.Unsupported when fault.Tag == DicomTags.TransferSyntaxUID => FailureReason.TransferSyntaxNotSupported,
        _ => FailureReason.CannotUnderstand,
    };
}
