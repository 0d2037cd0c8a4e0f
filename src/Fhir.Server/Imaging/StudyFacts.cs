// What the images of a study say of it, as far as FHIR has a place for it.

namespace FhirHub.Server.Imaging;

/// <summary>A coded value (PS3.3 8.8), or a text alone.</summary>
/// <param name="System">The FHIR system of the coding scheme; null for one that has none.</param>
/// <param name="Code">The code; null for a text alone.</param>
/// <param name="Meaning">The text.</param>
internal sealed record CodedFact(string? System, string? Code, string? Meaning);

/// <summary>A Patient ID (PS3.3 C.7.1.1) and who gave it.</summary>
/// <param name="Value">The number.</param>
/// <param name="Issuer">Issuer of Patient ID, or null.</param>
/// <param name="UniversalId">Universal Entity ID of its qualifiers as a URI, or null.</param>
internal sealed record PatientIdFact(string Value, string? Issuer, string? UniversalId);

/// <summary>The person whom the images show, as the images have it.</summary>
internal sealed record PersonFacts
{
    /// <summary>Patient ID first, then Other Patient IDs.</summary>
    public IReadOnlyList<PatientIdFact> Ids { get; init; } = [];

    /// <summary>Family and given name of each component group.</summary>
    public IReadOnlyList<(string Family, string Given)> Names { get; init; } = [];

    /// <summary>The name as it is shown; null if there is none.</summary>
    public string? Display { get; init; }

    /// <summary>The date of birth as R4 writes it; null if there is none.</summary>
    public string? BirthDate { get; init; }

    /// <summary><c>male</c> or <c>female</c>; null for anything else, which says nothing.</summary>
    public string? Gender { get; init; }

    /// <summary>True if one instance names another date of birth or sex than the others.</summary>
    public bool IsInconsistent { get; init; }
}

/// <summary>An instance that is listed.</summary>
/// <param name="Uid">SOP Instance UID.</param>
/// <param name="SopClass">SOP Class UID.</param>
/// <param name="Number">Instance Number.</param>
/// <param name="Title">What a document calls itself.</param>
internal sealed record InstanceFacts(string Uid, string SopClass, long? Number, string? Title);

/// <summary>A series.</summary>
internal sealed record SeriesFacts
{
    /// <summary>Series Instance UID.</summary>
    public required string Uid { get; init; }

    /// <summary>Series Number.</summary>
    public long? Number { get; init; }

    /// <summary>Modality; <c>OT</c> where there is none.</summary>
    public required string Modality { get; init; }

    /// <summary>Series Description.</summary>
    public string? Description { get; init; }

    /// <summary>How many instances it has.</summary>
    public required int Count { get; init; }

    /// <summary>Anatomic region or Body Part Examined.</summary>
    public CodedFact? BodySite { get; init; }

    /// <summary>Laterality: <c>L</c>, <c>R</c> or <c>B</c>.</summary>
    public string? Laterality { get; init; }

    /// <summary>When it began, as R4 writes it.</summary>
    public string? Started { get; init; }

    /// <summary>Performing physicians and operators.</summary>
    public IReadOnlyList<string> People { get; init; } = [];

    /// <summary>The name of the machine.</summary>
    public string? Machine { get; init; }

    /// <summary>The instances; none where the study has too many to list.</summary>
    public IReadOnlyList<InstanceFacts> Instances { get; init; } = [];
}

/// <summary>A study.</summary>
internal sealed record StudyFacts
{
    /// <summary>Study Instance UID.</summary>
    public required string Uid { get; init; }

    /// <summary>The person.</summary>
    public required PersonFacts Person { get; init; }

    /// <summary>Accession Number.</summary>
    public string? Accession { get; init; }

    /// <summary>Who gave the accession number: a name, or the URI of a universal id.</summary>
    public IReadOnlyList<string> AccessionIssuers { get; init; } = [];

    /// <summary>Institution Name.</summary>
    public string? Institution { get; init; }

    /// <summary>Institutional Department Name.</summary>
    public string? Department { get; init; }

    /// <summary>When it began, as R4 writes it.</summary>
    public string? Started { get; init; }

    /// <summary>Study Description.</summary>
    public string? Description { get; init; }

    /// <summary>Referring Physician's Name.</summary>
    public string? Referrer { get; init; }

    /// <summary>Names of physicians who read the study.</summary>
    public IReadOnlyList<string> Interpreters { get; init; } = [];

    /// <summary>Procedure codes.</summary>
    public IReadOnlyList<CodedFact> Procedures { get; init; } = [];

    /// <summary>How many series there are; more than are listed, perhaps.</summary>
    public required int SeriesCount { get; init; }

    /// <summary>How many instances there are.</summary>
    public required int InstanceCount { get; init; }

    /// <summary>The series that are listed.</summary>
    public required IReadOnlyList<SeriesFacts> Series { get; init; }
}
