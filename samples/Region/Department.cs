// What the institutions of a tier offer; each department has one doctor of the directory, and some the title of an expert.

namespace FhirHub.Samples.Region;

/// <summary>A department.</summary>
/// <param name="Specialty">A code of <c>specialty</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="Services">Codes of <c>requested-service</c>.</param>
internal sealed record Department(string Specialty, string Name, params string[] Services)
{
    private static readonly Department[] OfHospitals =
    [
        new("03.04", "心血管内科", "outpatient", "inpatient", "remote-consultation"),
        new("03.03", "神经内科", "outpatient", "inpatient", "emergency", "remote-consultation"),
        new("03.01", "呼吸内科", "outpatient", "inpatient", "remote-consultation"),
        new("03.07", "内分泌科", "outpatient", "inpatient", "remote-consultation"),
        new("03.02", "消化内科", "outpatient", "inpatient", "remote-consultation"),
        new("04.03", "骨科", "outpatient", "inpatient", "surgery", "remote-consultation"),
        new("05.02", "产科", "outpatient", "inpatient", "emergency", "remote-consultation"),
        new("32", "医学影像科", "examination", "remote-image-reading", "remote-consultation"),
        new("07", "儿科", "outpatient", "inpatient", "remote-consultation"),
        new("04.01", "普通外科", "outpatient", "inpatient", "surgery", "remote-consultation"),
        new("28", "重症医学科", "emergency", "inpatient", "remote-consultation"),
        new("19", "肿瘤科", "outpatient", "inpatient", "remote-consultation"),
        new("20", "急诊医学科", "emergency", "remote-consultation"),
    ];

    private static readonly Department[] OfTownships =
    [
        new("02", "全科医疗科", "outpatient", "follow-up", "inpatient"),
        new("50", "中医科", "outpatient", "rehabilitation"),
        new("01", "预防保健科", "follow-up"),
    ];

    private static readonly Department OfVillages = new("02", "卫生室", "outpatient", "follow-up");

    public const int Cardiology = 0;
    public const int Neurology = 1;
    public const int Respiratory = 2;
    public const int Endocrinology = 3;
    public const int Gastroenterology = 4;
    public const int Orthopaedics = 5;
    public const int Obstetrics = 6;
    public const int Imaging = 7;

    /// <summary>The departments of a tier, the same ones first at every hospital.</summary>
    public static Department Of(Tier tier, int number) => tier switch
    {
        Tier.Township => OfTownships[number],
        Tier.Village => OfVillages,
        _ => OfHospitals[number],
    };

    /// <summary>The specialty as references to it are coded.</summary>
    public Concept Concept => new(Name, Exchange.Code("specialty", Specialty));
}

/// <summary>A practitioner in the one role that he or she has.</summary>
/// <param name="Institution">Where.</param>
/// <param name="Number">Which of its practitioners, from 0.</param>
/// <param name="Name">The name.</param>
/// <param name="IsMale">The gender.</param>
/// <param name="Born">Year of birth.</param>
/// <param name="Title">A code of <c>professional-title</c>.</param>
internal sealed record Doctor(Institution Institution, int Number, PersonName Name, bool IsMale, int Born, string Title)
{
    /// <summary>The logical id of the Practitioner, and of the role, schedule and service.</summary>
    public string Id { get; } = $"{Institution.Id}-{Number + 1}";

    public string Role => $"PractitionerRole/{Id}";

    public string Practitioner => $"Practitioner/{Id}";

    public string Service => $"HealthcareService/{Id}";

    public string Schedule => $"Schedule/{Id}";

    public Department Department => Department.Of(Institution.Tier, Number);

    /// <summary>True if the expert directory lists the role.</summary>
    public bool IsExpert => Institution.Tier == Tier.Province || (Institution.Tier == Tier.City && Number < 4);

    /// <summary>A practitioner of an institution.</summary>
    public static Doctor Of(RegionSettings settings, Institution institution, int number)
    {
        var random = SplitMix64.Of(settings.Seed, $"doctor {institution.Id}", number);
        var isMale = random.Chance(55);
        var born = settings.Today.Year - random.Between(institution.Tier <= Tier.City ? 42 : 28, 59);
        var title = institution.Tier switch
        {
            Tier.Village => "village-doctor",
            Tier.Township => number == 2 ? "nurse" : random.Chance(60) ? "attending-physician" : "resident-physician",
            Tier.County => random.Chance(30) ? "associate-chief-physician" : "attending-physician",
            _ => random.Chance(60) ? "chief-physician" : "associate-chief-physician",
        };
        return new Doctor(institution, number, PersonNames.Choose(random, isMale, born), isMale, born, title);
    }
}
