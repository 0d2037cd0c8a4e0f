// What people of the region suffer from, and what is then measured and prescribed.

using System.Globalization;

namespace FhirHub.Samples.Region;

/// <summary>How a problem is treated.</summary>
internal enum Course
{
    /// <summary>Found once, then followed for years.</summary>
    Chronic,

    /// <summary>Followed for some months.</summary>
    Pregnancy,

    /// <summary>Treated in one visit.</summary>
    Visit,

    /// <summary>Treated in a ward.</summary>
    Stay,
}

/// <summary>A range that values are drawn from.</summary>
/// <param name="Key">A test of <see cref="Laboratory"/> or a vital sign.</param>
/// <param name="Low">Lower end; null for what is normal.</param>
/// <param name="High">Upper end.</param>
/// <param name="IsPositive">True for a test that is positive.</param>
internal sealed record Finding(string Key, decimal? Low = null, decimal? High = null, bool IsPositive = false);

/// <summary>A problem.</summary>
internal sealed record Problem
{
    /// <summary>All problems.</summary>
    public static IReadOnlyList<Problem> All { get; } =
    [
        Of("I10", "高血压", "Essential (primary) hypertension", Course.Chronic, 40, 95, 34, Department.Cardiology, "SBP=138-172 DBP=84-102", "CREA K CHOL=4.6-6.6 TG=1.2-3.1 LDL=2.8-4.6", "C08CA01 C09CA03"),
        Of("E11.9", "2型糖尿病", "Type 2 diabetes mellitus, without complications", Course.Chronic, 38, 95, 16, Department.Endocrinology, "SBP=118-150", "FBG=6.8-13.2 HBA1C=6.7-10.4 CREA UREA LDL=2.4-4.4 UPRO", "A10BA02 A10BB12"),
        Of("J44.9", "慢性阻塞性肺疾病", "Chronic obstructive pulmonary disease, unspecified", Course.Chronic, 50, 95, 10, Department.Respiratory, "SPO2=88-95 RR=18-25", "WBC CRP=2.0-18.0 PO2=58-79 PCO2=42-58", "R03AK07 R03AC02"),
        Of("I25.1", "冠状动脉粥样硬化性心脏病", "Atherosclerotic heart disease", Course.Chronic, 50, 95, 9, Department.Cardiology, "SBP=122-156 DBP=72-94", "TNI BNP=80-620 CHOL=4.2-6.2 LDL=2.6-4.4 K", "B01AC06 C10AA05 C07AB02 复方丹参"),
        Of("I69.3", "脑梗死后遗症", "Sequelae of cerebral infarction", Course.Chronic, 55, 95, 6, Department.Neurology, "SBP=128-164 DBP=76-98", "INR CHOL=4.0-6.0 LDL=2.2-4.0", "B01AC04 C10AA05"),
        Of("B18.1", "慢性乙型病毒性肝炎", "Chronic viral hepatitis B without delta-agent", Course.Chronic, 25, 70, 4, Department.Gastroenterology, "", "ALT=48-160 AST=42-130 TBIL ALB HBSAG=+", "J05AF10"),
        Of("E03.9", "甲状腺功能减退症", "Hypothyroidism, unspecified", Course.Chronic, 30, 80, 4, Department.Endocrinology, "HR=52-66", "TSH=5.6-18.0 FT4=5.5-9.5", "H03AA01"),
        Of("M17.1", "膝骨关节炎", "Other primary gonarthrosis", Course.Chronic, 55, 90, 8, Department.Orthopaedics, "", "UA CRP", "M01AE01"),
        Of("K29.5", "慢性胃炎", "Chronic gastritis, unspecified", Course.Chronic, 25, 80, 7, Department.Gastroenterology, "", "HGB RBC", "A02BC01"),
        Of("Z34.9", "正常妊娠监督", "Supervision of normal pregnancy, unspecified", Course.Pregnancy, 20, 41, 14, Department.Obstetrics, "SBP=98-128 DBP=60-82", "HGB=98-128 FBG TSH UPRO", "B03BB01 B03AA07", 'f'),
        Of("J06.9", "急性上呼吸道感染", "Acute upper respiratory infection, unspecified", Course.Visit, 0, 95, 30, Department.Respiratory, "T=37.4-39.0 HR=82-108", "WBC=4.2-11.8 CRP=1.0-22.0", "N02BE01 连花清瘟"),
        Of("A09.9", "急性胃肠炎", "Gastroenteritis and colitis of unspecified origin", Course.Visit, 0, 95, 8, Department.Gastroenterology, "T=37.0-38.4 HR=80-106", "WBC=5.0-12.5 K=3.1-4.4 NA", "A07BC05"),
        Of("T14.1", "犬咬伤", "Open wound of unspecified body region", Course.Visit, 3, 80, 3, Department.Orthopaedics, "", "", "J01CA04"),
        Of("S52.5", "桡骨远端骨折", "Fracture of lower end of radius", Course.Visit, 8, 92, 4, Department.Orthopaedics, "HR=78-100", "HGB PLT", "M01AE01 A12AX"),
        Of("J18.9", "肺炎", "Pneumonia, unspecified", Course.Stay, 0, 95, 6, Department.Respiratory, "T=38.0-39.8 SPO2=90-95 HR=92-124 RR=20-28", "WBC=10.5-18.6 CRP=22.0-140.0 PCT=0.10-2.40 ALT PO2=60-82", "J01DD04 N02BE01"),
        Of("I63.9", "急性脑梗死", "Cerebral infarction, unspecified", Course.Stay, 55, 95, 5, Department.Neurology, "SBP=150-188 DBP=90-110", "INR DD=0.30-1.80 FBG=5.2-9.8 CHOL=4.6-6.6 LDL=2.8-4.8", "B01AC06 C10AA05"),
        Of("I21.9", "急性心肌梗死", "Acute myocardial infarction, unspecified", Course.Stay, 48, 90, 3, Department.Cardiology, "SBP=96-148 DBP=60-92 HR=58-112 SPO2=91-97", "TNI=0.60-14.00 BNP=300-2400 K LDL=2.9-4.9", "B01AC06 B01AC04 C10AA05"),
        Of("S72.0", "股骨颈骨折", "Fracture of neck of femur", Course.Stay, 62, 95, 3, Department.Orthopaedics, "HR=82-108", "HGB=88-118 DD=0.60-3.20 ALB=31-42", "M01AE01 A12AX"),
    ];

    /// <summary>The ICD-10 code.</summary>
    public required string Icd { get; init; }

    /// <summary>The name in Chinese.</summary>
    public required string Name { get; init; }

    /// <summary>ICD-10's name.</summary>
    public required string IcdName { get; init; }

    /// <summary>How it is treated.</summary>
    public required Course Course { get; init; }

    /// <summary>The department that treats it.</summary>
    public required int DepartmentNumber { get; init; }

    /// <summary>Vital signs that are not normal.</summary>
    public required IReadOnlyList<Finding> Signs { get; init; }

    /// <summary>What the laboratory looks at.</summary>
    public required IReadOnlyList<Finding> Tests { get; init; }

    /// <summary>What is prescribed to adults.</summary>
    public required IReadOnlyList<Drug> Drugs { private get; init; }

    private int Youngest { get; init; }

    private int Oldest { get; init; }

    private int Percent { get; init; }

    private char Sex { get; init; }

    /// <summary>The problem as codes.</summary>
    public Concept Concept => new(Name, new Coding(Exchange.Icd10, Icd, IcdName));

    /// <summary>True for what comes and goes.</summary>
    public bool IsAcute => Course is Course.Visit or Course.Stay;

    /// <summary>The code of the green channel that takes it, if one does.</summary>
    public string? GreenChannel => Icd switch { "I63.9" => "stroke", "I21.9" => "chest-pain", "S72.0" => "trauma", _ => null };

    /// <summary>What is prescribed to a person on a day.</summary>
    public IReadOnlyList<Drug> DrugsFor(Person person, DateTime day)
    {
        var age = person.AgeOn(DateOnly.FromDateTime(day));
        return [.. Drugs.Select(drug => Pharmacy.For(drug, age)).OfType<Drug>()];
    }

    /// <summary>True if the person has it.</summary>
    public bool Affects(Person person, int age, SplitMix64 random) =>
        age >= Youngest && age <= Oldest && (Sex == ' ' || Sex == person.Gender[0]) && random.Chance(Percent);

    private static Problem Of(
        string icd, string name, string icdName, Course course, int youngest, int oldest, int percent, int department, string signs, string tests, string drugs, char sex = ' ') => new()
        {
            Icd = icd,
            Name = name,
            IcdName = icdName,
            Course = course,
            DepartmentNumber = department,
            Signs = Findings(signs),
            Tests = Findings(tests),
            Drugs = [.. drugs.Split(' ').Select(Pharmacy.Find)],
            Youngest = youngest,
            Oldest = oldest,
            Percent = percent,
            Sex = sex,
        };

    private static List<Finding> Findings(string words) =>
        [.. words.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static word => word.Split('=') switch
        {
            [var key, "+"] => new Finding(key, IsPositive: true),
            [var key, var range] when range.Split('-') is [var low, var high] => new Finding(key, Parse(low), Parse(high)),
            var key => new Finding(key[0]),
        })];

    private static decimal Parse(string number) => decimal.Parse(number, CultureInfo.InvariantCulture);
}
