// Reads from the archive what the images of a study say: the header of one instance of each series, and of documents their titles.

using FhirHub.Dicom;
using FhirHub.Dicomweb;

namespace FhirHub.Server.Imaging;

/// <summary>Reads studies.</summary>
/// <param name="archive">The archive.</param>
/// <param name="options">The configuration.</param>
internal sealed class StudyReader(ImageArchive archive, ImagingOptions options)
{
    /// <summary>A study with more instances lists none of them: each version of an ImagingStudy would be as long as all of them.</summary>
    public const int MostInstances = 1_000;

    /// <summary>More series are counted and not listed.</summary>
    public const int MostSeries = 500;

    private const int MostTitles = 50;

    private readonly DicomReadOptions _headers = options.Service.Reading with { StopBefore = ImageTags.PixelData };

    /// <summary>What a study says; null if the archive has no instance of it.</summary>
    /// <exception cref="DicomException">A header can't be read.</exception>
    public async Task<StudyFacts?> ReadAsync(string uid, CancellationToken cancel)
    {
        var instances = await archive.FindAsync(ImageScope.Full, new ImagePath(uid), cancel);
        if (instances.Count == 0)
            return null;
        var groups = instances.GroupBy(static instance => instance.Path.Series!, StringComparer.Ordinal).ToList();
        var titles = MostTitles;
        var (series, headers) = (new List<SeriesFacts>(), new List<DicomDataset>());
        foreach (var group in groups.Take(MostSeries))
        {
            var members = group.ToList();
            var header = await HeaderAsync(members[0], cancel);
            headers.Add(header);
            var listed = new List<InstanceFacts>();
            foreach (var member in instances.Count <= MostInstances ? members : [])
            {
                var title = member.Frames > 0 || titles-- <= 0 ? null : Title(member == members[0] ? header : await HeaderAsync(member, cancel));
                listed.Add(new InstanceFacts(member.Path.Instance!, member.SopClassUid, Number(member.Number), title));
            }

            series.Add(Series(group.Key, header, members.Count, listed));
        }

        // What came last is what was corrected.
        var latest = instances.MaxBy(static instance => (instance.StoredAt, instance.Id))!;
        headers.Insert(0, await HeaderAsync(latest, cancel));
        return Study(uid, headers) with { SeriesCount = groups.Count, InstanceCount = instances.Count, Series = series };
    }

    private async Task<DicomDataset> HeaderAsync(StoredInstance instance, CancellationToken cancel)
    {
        using var blob = archive.OpenBlob(instance);
        return (await blob.ReadAsync(_headers, cancel)).Dataset;
    }

    private SeriesFacts Series(string uid, DicomDataset header, int count, List<InstanceFacts> listed) => new()
    {
        Uid = uid,
        Number = Number(header.GetInt64(DicomTags.SeriesNumber)),
        Modality = StudyValues.Text(header, DicomTags.Modality) ?? "OT",
        Description = StudyValues.Text(header, DicomTags.SeriesDescription),
        Count = count,
        BodySite = StudyValues.BodySite(header),
        Laterality = header.GetString(ImageTags.Laterality) ?? header.GetString(ImageTags.ImageLaterality),
        Started = StudyValues.Moment(header, ImageTags.SeriesDate, ImageTags.SeriesTime, options.TimeZone),
        People = [.. StudyValues.Names(header, ImageTags.PerformingPhysicianName).Concat(StudyValues.Names(header, ImageTags.OperatorsName)).Distinct(StringComparer.Ordinal)],
        Machine = StudyValues.Text(header, ImageTags.StationName) ?? StudyValues.Text(header, ImageTags.ManufacturerModelName),
        Instances = listed,
    };

    private StudyFacts Study(string uid, List<DicomDataset> headers)
    {
        var accession = headers.Find(static header => StudyValues.Text(header, DicomTags.AccessionNumber) is not null);
        return new StudyFacts
        {
            Uid = uid,
            Person = Person(headers),
            Accession = accession is null ? null : StudyValues.Text(accession, DicomTags.AccessionNumber),
            AccessionIssuers = accession is null ? [] : [.. accession.GetItems(ImageTags.IssuerOfAccessionNumberSequence).Take(1)
                .SelectMany(static item => new[] { StudyValues.Text(item, ImageTags.LocalNamespaceEntityID), StudyValues.UniversalId(item) }).OfType<string>()],
            Institution = First(static header => StudyValues.Text(header, ImageTags.InstitutionName)),
            Department = First(static header => StudyValues.Text(header, ImageTags.InstitutionalDepartmentName)),
            Started = First(header => StudyValues.Moment(header, DicomTags.StudyDate, DicomTags.StudyTime, options.TimeZone)),
            Description = First(static header => StudyValues.Text(header, DicomTags.StudyDescription)),
            Referrer = First(static header => StudyValues.Name(header.GetString(DicomTags.ReferringPhysicianName))),
            Interpreters = [.. headers.Select(static header => StudyValues.Names(header, ImageTags.NameOfPhysiciansReadingStudy).ToList()).FirstOrDefault(static names => names.Count > 0) ?? []],
            Procedures = [.. headers.Select(static header => StudyValues.Codes(header, ImageTags.ProcedureCodeSequence).ToList()).FirstOrDefault(static codes => codes.Count > 0) ?? []],
            SeriesCount = 0,
            InstanceCount = 0,
            Series = [],
        };

        string? First(Func<DicomDataset, string?> value) => headers.Select(value).FirstOrDefault(static text => text is not null);
    }

    // The archive keeps studies of two Patient IDs apart. That one of them was born on two days, nobody has looked at yet.
    private static PersonFacts Person(List<DicomDataset> headers)
    {
        var births = headers.Select(static header => StudyValues.Date(header.GetString(DicomTags.PatientBirthDate))).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        var genders = headers.Select(Gender).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        var named = headers.Find(static header => header.GetString(DicomTags.PatientName) is not null);
        var name = named is null ? null : PersonName.Parse(named.GetString(DicomTags.PatientName)!);
        return new PersonFacts
        {
            Ids = [.. headers.Select(static header => Ids(header).ToList()).FirstOrDefault(static ids => ids.Count > 0) ?? []],
            Names = [.. new[] { name?.Ideographic, name?.Alphabetic }.OfType<PersonNameGroup>()
                .Select(static group => (StudyValues.Text(group.Family) ?? "", StudyValues.Text(string.Join(' ', group.Given, group.Middle)) ?? ""))],
            Display = named is null ? null : StudyValues.Name(named.GetString(DicomTags.PatientName)),
            BirthDate = births.FirstOrDefault(),
            Gender = genders.FirstOrDefault(),
            IsInconsistent = births.Count > 1 || genders.Count > 1,
        };
    }

    private static string? Gender(DicomDataset header) => header.GetString(DicomTags.PatientSex)?.Trim().ToUpperInvariant() switch
    {
        "M" => "male",
        "F" => "female",
        _ => null,
    };

    private static IEnumerable<PatientIdFact> Ids(DicomDataset header)
    {
        foreach (var holder in new[] { header }.Concat(header.GetItems(ImageTags.OtherPatientIDsSequence).Take(10)))
        {
            if (StudyValues.Text(holder, DicomTags.PatientID) is not { } value)
                continue;
            var qualifiers = holder.GetItems(ImageTags.IssuerOfPatientIDQualifiersSequence);
            yield return new PatientIdFact(value, StudyValues.Text(holder, DicomTags.IssuerOfPatientID), qualifiers.Count > 0 ? StudyValues.UniversalId(qualifiers[0]) : null);
        }
    }

    private static string? Title(DicomDataset header) =>
        StudyValues.Text(header, ImageTags.DocumentTitle)
        ?? StudyValues.Codes(header, ImageTags.ConceptNameCodeSequence).FirstOrDefault()?.Meaning
        ?? StudyValues.Text(header, ImageTags.ContentLabel);

    // R4 unsignedInt.
    private static long? Number(long? number) => number is >= 0 and <= int.MaxValue ? number : null;
}
