// Which importer a release is for.

using FhirHub.Model;

namespace FhirHub.Terminology.Import;

/// <summary>Recognizes releases by their files.</summary>
public static class Releases
{
    /// <summary>The reader of a release.</summary>
    /// <exception cref="TerminologyException">It is no release that is known, or one that does not say enough of itself.</exception>
    public static ReleaseReader Recognize(ReleaseFiles files, ReleaseOptions options, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(options);
        if (Rf2Files.IsRelease(files))
            return new Rf2Reader(files, options, cancel);
        if (files.Find("Loinc.csv") is not null)
            return new LoincReader(files, options, cancel);
        if (files.Find("RXNCONSO.RRF") is not null)
            return new RxNormReader(files, options);
        if (ClaMlReader.IsRelease(files))
            return new ClaMlReader(files, options);
        if (files.All.Any(static file => TableReader.IsTable(file.Name)))
            return new TableReader(files, options);
        throw new TerminologyException(
            "invalid",
            $"{files.Path} is no terminology release that is known here: SNOMED CT RF2, LOINC, RxNorm RRF, ClaML, a FHIR package, a CSV file or a workbook (.xlsx).");
    }
}
