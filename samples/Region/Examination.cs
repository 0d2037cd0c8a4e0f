// What is looked at with images, and for which problems.

namespace FhirHub.Samples.Region;

/// <summary>An examination that makes images.</summary>
/// <param name="Modality">DICOM's code of the device (PS3.3 C.7.3.1.1.1).</param>
/// <param name="Name">Its name.</param>
/// <param name="Loinc">LOINC's code of it.</param>
/// <param name="LoincName">LOINC's name.</param>
/// <param name="BodyPart">DICOM's word for what is examined (PS3.16 annex L).</param>
/// <param name="Problems">ICD-10 codes of the problems for which it is ordered.</param>
internal sealed record Examination(string Modality, string Name, string Loinc, string LoincName, string BodyPart, params IReadOnlyList<string> Problems)
{
    public static Examination HeadCt { get; } = new("CT", "头颅CT平扫", "24725-4", "CT Head", "HEAD", "I63.9", "I69.3");

    public static Examination ChestCt { get; } = new("CT", "胸部CT平扫", "24627-2", "CT Chest", "CHEST", "J44.9");

    public static Examination ChestXRay { get; } = new("CR", "胸部正位片", "36554-4", "XR Chest Single view", "CHEST", "J18.9");

    public static Examination HeartUltrasound { get; } = new("US", "心脏超声", "42148-7", "US Heart", "HEART", "I21.9", "I25.1");

    public static Examination HeadMr { get; } = new("MR", "头颅MR平扫", "24590-2", "MR Brain", "BRAIN", "I69.3");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Examination> All { get; } = [HeadCt, ChestCt, ChestXRay, HeartUltrasound, HeadMr];

    /// <summary>What is ordered for a problem.</summary>
    public static IEnumerable<Examination> For(Problem problem) => All.Where(examination => examination.Problems.Contains(problem.Icd));
}

/// <summary>An examination of somebody.</summary>
/// <param name="Examination">Which.</param>
/// <param name="Person">Of whom.</param>
/// <param name="Visit">During which visit.</param>
/// <param name="Accession">The number of the order, which the images bear.</param>
/// <param name="Start">When it began.</param>
internal sealed record ImagingOrder(Examination Examination, Person Person, Visit Visit, string Accession, DateTime Start);
