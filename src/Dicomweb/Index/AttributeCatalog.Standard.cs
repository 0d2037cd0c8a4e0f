// The standard's attributes of each level: tables 10.6.3-3 to 10.6.3-5 of PS3.18, and the modules of PS3.3 that describe patient, study and series.

using System.Collections.Frozen;
using FhirHub.Dicom;

namespace FhirHub.Dicomweb;

public sealed partial class AttributeCatalog
{
    private static readonly AttributePath StudyDatePath = AttributePath.Of(DicomTags.StudyDate);
    private static readonly AttributePath StudyTimePath = AttributePath.Of(DicomTags.StudyTime);

    // Texts without structure are found by words, which rows of whole values are of no use for.
    private static readonly FrozenSet<DicomVR> LongTexts = FrozenSet.ToFrozenSet([DicomVR.LT, DicomVR.ST, DicomVR.UT, DicomVR.UC, DicomVR.UR, DicomVR.SQ]);

    // What PS3.18 10.6.3.3 requires of each level, and Study Description, without which no list of studies is of use.
    private static readonly string[][] Returned =
    [
        [
            "StudyDate", "StudyTime", "AccessionNumber", "ReferringPhysicianName", "TimezoneOffsetFromUTC", "StudyDescription", "PatientName",
            "PatientID", "PatientBirthDate", "PatientSex", "StudyInstanceUID", "StudyID",
        ],
        [
            "Modality", "TimezoneOffsetFromUTC", "SeriesDescription", "SeriesInstanceUID", "SeriesNumber", "PerformedProcedureStepStartDate",
            "PerformedProcedureStepStartTime", "RequestAttributesSequence",
        ],
        ["SOPClassUID", "SOPInstanceUID", "TimezoneOffsetFromUTC", "InstanceNumber", "Rows", "Columns", "BitsAllocated", "NumberOfFrames"],
    ];

    // Of images only: they are returned where an instance has them.
    private static readonly string[] ReturnedIfPresent = ["Rows", "Columns", "BitsAllocated", "NumberOfFrames"];

    // PS3.3 C.7.1 and C.2 (Patient), C.7.2 (General Study, Patient Study, Clinical Trial Study), C.3 (visit), C.4.
    private static readonly string[] StudyFurther =
    [
        "IssuerOfPatientID", "IssuerOfPatientIDQualifiersSequence", "TypeOfPatientID", "OtherPatientIDs", "OtherPatientIDsSequence", "OtherPatientNames",
        "PatientBirthName", "PatientBirthTime", "PatientBirthDateInAlternativeCalendar", "PatientAlternativeCalendar", "PatientMotherBirthName",
        "PatientAddress", "PatientTelephoneNumbers", "CountryOfResidence", "RegionOfResidence", "EthnicGroup", "EthnicGroupCodeSequence",
        "PatientReligiousPreference", "MilitaryRank", "BranchOfService", "MedicalRecordLocator", "PatientComments", "QualityControlSubject",
        "PatientSpeciesDescription", "PatientSpeciesCodeSequence", "PatientBreedDescription", "PatientBreedCodeSequence", "BreedRegistrationSequence",
        "StrainDescription", "ResponsiblePerson", "ResponsiblePersonRole", "ResponsibleOrganization", "ReferencedPatientSequence",
        "PatientIdentityRemoved", "DeidentificationMethod", "DeidentificationMethodCodeSequence", "SourcePatientGroupIdentificationSequence",
        "GroupOfPatientsIdentificationSequence", "PatientPrimaryLanguageCodeSequence", "PatientInsurancePlanCodeSequence",
        "ReferringPhysicianIdentificationSequence", "ConsultingPhysicianName", "ConsultingPhysicianIdentificationSequence",
        "IssuerOfAccessionNumberSequence", "PhysiciansOfRecord", "PhysiciansOfRecordIdentificationSequence", "NameOfPhysiciansReadingStudy",
        "PhysiciansReadingStudyIdentificationSequence", "RequestingService", "RequestingServiceCodeSequence", "RequestingPhysician",
        "ReferencedStudySequence", "ProcedureCodeSequence", "ReasonForPerformedProcedureCodeSequence", "RequestedProcedureDescription",
        "RequestedProcedureCodeSequence", "StudyStatusID", "StudyVerifiedDate", "StudyVerifiedTime", "StudyReadDate", "StudyReadTime", "ReasonForStudy",
        "StudyArrivalDate", "StudyArrivalTime", "StudyCompletionDate", "StudyCompletionTime", "StudyComments",
        "AdmittingDiagnosesDescription", "AdmittingDiagnosesCodeSequence", "PatientAge", "PatientSize", "PatientWeight", "PatientBodyMassIndex",
        "PatientSizeCodeSequence", "MedicalAlerts", "Allergies", "SmokingStatus", "PregnancyStatus", "LastMenstrualDate", "PatientState", "Occupation",
        "SpecialNeeds", "AdditionalPatientHistory", "AdmissionID", "IssuerOfAdmissionIDSequence", "AdmittingDate", "AdmittingTime", "RouteOfAdmissions",
        "ReasonForVisit", "ReasonForVisitCodeSequence", "ServiceEpisodeID", "IssuerOfServiceEpisodeIDSequence", "ServiceEpisodeDescription",
        "CurrentPatientLocation", "PatientInstitutionResidence", "VisitStatusID", "VisitComments", "PatientSexNeutered",
        "ClinicalTrialSponsorName", "ClinicalTrialProtocolID", "ClinicalTrialProtocolName", "ClinicalTrialSiteID", "ClinicalTrialSiteName",
        "ClinicalTrialSubjectID", "ClinicalTrialSubjectReadingID", "ClinicalTrialProtocolEthicsCommitteeName",
        "ClinicalTrialProtocolEthicsCommitteeApprovalNumber", "ClinicalTrialTimePointID", "ClinicalTrialTimePointDescription",
        "LongitudinalTemporalOffsetFromEvent", "LongitudinalTemporalEventType", "ConsentForClinicalTrialUseSequence",
    ];

    // PS3.3 C.7.3 (General Series), C.7.4 (Frame of Reference, Synchronization), C.7.5 (General Equipment).
    private static readonly string[] SeriesFurther =
    [
        "SeriesDate", "SeriesTime", "Laterality", "BodyPartExamined", "PatientPosition", "ProtocolName", "AnatomicalOrientationType",
        "SeriesDescriptionCodeSequence", "PerformingPhysicianName", "PerformingPhysicianIdentificationSequence", "OperatorsName",
        "OperatorIdentificationSequence", "ReferencedPerformedProcedureStepSequence", "RelatedSeriesSequence", "SmallestPixelValueInSeries",
        "LargestPixelValueInSeries", "PerformedProcedureStepEndDate", "PerformedProcedureStepEndTime", "PerformedProcedureStepID",
        "PerformedProcedureStepDescription", "PerformedProtocolCodeSequence", "CommentsOnThePerformedProcedureStep", "TreatmentSessionUID",
        "PresentationIntentType", "ClinicalTrialCoordinatingCenterName", "ClinicalTrialSeriesID", "ClinicalTrialSeriesDescription",
        "IssuerOfClinicalTrialSeriesID", "FrameOfReferenceUID", "PositionReferenceIndicator", "SynchronizationFrameOfReferenceUID",
        "SynchronizationTrigger", "AcquisitionTimeSynchronized", "Manufacturer", "ManufacturerModelName", "InstitutionName", "InstitutionAddress",
        "InstitutionCodeSequence", "InstitutionalDepartmentName", "InstitutionalDepartmentTypeCodeSequence", "StationName", "DeviceSerialNumber",
        "SoftwareVersions", "GantryID", "DeviceUID", "UDISequence", "SpatialResolution", "DateOfLastCalibration", "TimeOfLastCalibration",
        "DateOfManufacture", "DateOfInstallation",
    ];

    // What lists of instances are sorted and chosen by. Every other attribute of an instance comes from its stored metadata.
    private static readonly string[] InstanceFurther =
    [
        "ImageType", "InstanceCreationDate", "InstanceCreationTime", "AcquisitionDate", "ContentDate", "AcquisitionDateTime", "AcquisitionTime",
        "ContentTime", "AcquisitionNumber", "ImagePositionPatient", "ImageOrientationPatient", "SliceLocation", "ImageLaterality", "ViewPosition",
        "TemporalPositionIdentifier", "ImageComments", "PhotometricInterpretation", "BurnedInAnnotation", "LossyImageCompression",
        "ConceptNameCodeSequence", "CompletionFlag", "VerificationFlag", "DocumentTitle", "ContentLabel", "ContentDescription",
    ];

    private static readonly MemberDefinition[][] Standard = [Define(Returned[0], StudyFurther), Define(Returned[1], SeriesFurther), Define(Returned[2], InstanceFurther)];

    // Beside the standard's keys those by which a region's systems ask; the dates of a study are in StudyOrder, its UID and its modalities elsewhere.
    private static readonly AttributePath[] StudyRows =
    [
        .. Standard[(int)IndexLevel.Study].Select(definition => definition.Step.Tag)
            .Where(tag => tag != DicomTags.StudyDate && tag != DicomTags.StudyTime && tag != DicomTags.StudyInstanceUID && tag != DicomTags.TimezoneOffsetFromUTC)
            .Where(tag => !LongTexts.Contains(DicomDictionary.Find(tag)!.VRs[0])).Select(AttributePath.Of),
        Path("OtherPatientIDsSequence.PatientID"),
        Path("ProcedureCodeSequence.CodeValue"),
    ];

    private static readonly AttributePath[] SeriesRows =
    [
        Path("PerformedProcedureStepID"),
        Path("RequestAttributesSequence.ScheduledProcedureStepID"),
        Path("RequestAttributesSequence.RequestedProcedureID"),
        Path("RequestAttributesSequence.AccessionNumber"),
    ];

    /// <summary>Whether a required attribute is stated though an instance lacks it.</summary>
    internal static bool IsStatedEmpty(MemberDefinition definition) => definition.IsReturned && !StatedOnlyIfPresent.Contains(definition.Step.Tag);

    private static readonly HashSet<DicomTag> StatedOnlyIfPresent = [.. ReturnedIfPresent.Select(Tag)];

    private static MemberDefinition[] Define(string[] returned, string[] further) =>
        [.. returned.Select(keyword => new MemberDefinition(new(Tag(keyword), null), true)), .. further.Select(keyword => new MemberDefinition(new(Tag(keyword), null), false))];

    private static AttributePath Path(string text) => AttributePath.TryParse(text, out var reason) ?? throw new InvalidOperationException($"{text} {reason}");

    private static DicomTag Tag(string keyword) => DicomDictionary.Find(keyword)?.Tag ?? throw new InvalidOperationException($"The dictionary has no {keyword}.");
}
