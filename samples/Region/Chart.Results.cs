// What is measured: vital signs, and laboratory results with the report that gathers them.

namespace FhirHub.Samples.Region;

internal sealed partial class Chart
{
    private static readonly Dictionary<string, (string Name, string Loinc, string LoincName, string Unit, string Shown, decimal Low, decimal High)> Signs = new(StringComparer.Ordinal)
    {
        ["HR"] = ("心率", "8867-4", "Heart rate", "/min", "次/分", 60m, 92m),
        ["RR"] = ("呼吸", "9279-1", "Respiratory rate", "/min", "次/分", 15m, 20m),
        ["T"] = ("体温", "8310-5", "Body temperature", "Cel", "℃", 36.2m, 36.9m),
        ["SPO2"] = ("血氧饱和度", "2708-6", "Oxygen saturation in Arterial blood", "%", "%", 96m, 99m),
        ["SBP"] = ("收缩压", "8480-6", "Systolic blood pressure", "mm[Hg]", "mmHg", 108m, 134m),
        ["DBP"] = ("舒张压", "8462-4", "Diastolic blood pressure", "mm[Hg]", "mmHg", 66m, 84m),
        ["HT"] = ("身高", "8302-2", "Body height", "cm", "cm", 0m, 0m),
        ["WT"] = ("体重", "29463-7", "Body weight", "kg", "kg", 0m, 0m),
        ["BMI"] = ("体重指数", "39156-5", "Body mass index (BMI) [Ratio]", "kg/m2", "kg/m2", 0m, 0m),
    };

    // Mean height of girls and boys by age, then of women and men.
    private static readonly (int Girl, int Boy)[] Heights =
        [(65, 67), (76, 77), (87, 88), (95, 97), (103, 104), (110, 111), (116, 118), (122, 124), (128, 130), (134, 135), (140, 140), (147, 145), (152, 152), (156, 160), (158, 166), (159, 170), (159, 171)];

    /// <summary>The vital signs of a visit: blood pressure and pulse, and what the problem makes worth measuring.</summary>
    public void VitalSigns(Visit visit, Problem problem)
    {
        var age = person.AgeOn(DateOnly.FromDateTime(visit.Start));
        if (age >= 7)
            BloodPressure(visit, problem);
        Sign(visit, "HR", age < 3 ? 112m : age < 9 ? 94m : Value(problem, "HR"));
        foreach (var finding in problem.Signs.Where(static finding => finding.Key is "T" or "RR" or "SPO2"))
            Sign(visit, finding.Key, Value(problem, finding.Key));
    }

    /// <summary>Height, weight and what follows from them.</summary>
    public void Measures(Visit visit)
    {
        var age = person.AgeOn(DateOnly.FromDateTime(visit.Start));
        var (girl, boy) = Heights[Math.Clamp(age, 0, Heights.Length - 1)];
        var height = (person.IsMale ? boy : girl) + random.Between(-6, 6);
        var index = (age < 2 ? 165 : age < 12 ? 155 : 205) + random.Between(-15, age < 12 ? 25 : 65);
        var weight = Math.Round(index / 10m * height * height / 10000m, 1);
        Sign(visit, "HT", height);
        Sign(visit, "WT", weight);
        Sign(visit, "BMI", Math.Round(weight * 10000m / (height * height), 1));
    }

    /// <summary>The laboratory's results and report.</summary>
    /// <param name="visit">Where the specimen is taken.</param>
    /// <param name="problem">Why.</param>
    /// <returns>A reference to the report; null if nothing is looked at.</returns>
    public string? LaboratoryReport(Visit visit, Problem problem)
    {
        if (problem.Tests.Count == 0)
            return null;
        var hospital = visit.Institution.CodeOwner;
        var taken = visit.Start.AddMinutes(random.Between(10, 40));
        var issued = taken.AddMinutes(random.Between(45, 170));
        var results = problem.Tests.Select(finding => Result(visit, hospital, Laboratory.Find(finding.Key), finding, taken, issued)).ToList();
        return Add("DiagnosticReport", "exchange-diagnostic-report", w =>
        {
            w.Single("identifier", i => i.Identify(Exchange.Sid("report-number"), $"{visit.Institution.Division[..6]}L{NumberOf("DiagnosticReport")}"));
            w.String("status", "final");
            w.Concepts("category", new Concept("检验", new Coding($"{Exchange.Hl7}/v2-0074", "LAB", "Laboratory")));
            w.Concept("code", new Concept($"{Laboratory.Find(problem.Tests[0].Key).Group}检验报告", new Coding(Exchange.Loinc, "11502-2", "Laboratory report")));
            w.Reference("subject", person.Reference, PatientRecords.FullName(person));
            w.Reference("encounter", visit.Encounter);
            w.Instant("effectiveDateTime", taken);
            w.Instant("issued", issued);
            w.Array("performer", p => p.Item(o =>
            {
                o.String("reference", hospital.Reference);
                o.String("display", hospital.Name);
            }));
            w.References("result", results);
        });
    }

    private string Result(Visit visit, Institution hospital, LaboratoryTest test, Finding finding, DateTime taken, DateTime issued) =>
        Add("Observation", "exchange-observation-laboratory", w =>
        {
            w.String("status", "final");
            w.Concepts("category", new Concept(null, Exchange.Hl7Code("observation-category", "laboratory")));
            var name = Laboratory.NameAt(hospital, test);
            w.Object("code", LocalAndStandard(
                name, new Coding(Laboratory.SystemOf(hospital), Laboratory.CodeAt(hospital, test), name), new Coding(Exchange.Loinc, test.Loinc, test.LoincName)));
            w.Reference("subject", person.Reference, PatientRecords.FullName(person));
            w.Reference("encounter", visit.Encounter);
            w.Instant("effectiveDateTime", taken);
            w.Instant("issued", issued);
            w.References("performer", hospital.Reference);
            if (test.Unit is null)
            {
                w.Concept("valueCodeableConcept", finding.IsPositive
                    ? new Concept("阳性", new Coding("http://snomed.info/sct", "10828004", "Positive"))
                    : new Concept("阴性", new Coding("http://snomed.info/sct", "260385009", "Negative")));
                w.Concepts("interpretation", new Concept(null, Exchange.Hl7Code("v3-ObservationInterpretation", finding.IsPositive ? "POS" : "NEG")));
                return;
            }

            var value = Draw(finding.Low ?? Inner(test, 1), finding.High ?? Inner(test, 3));
            w.Quantity("valueQuantity", value, test.Unit, Shown(test.Unit));
            w.Concepts("interpretation", new Concept(null, Exchange.Hl7Code("v3-ObservationInterpretation", value < test.Low ? "L" : value > test.High ? "H" : "N")));
            w.Single("referenceRange", r =>
            {
                r.Quantity("low", test.Low, test.Unit, Shown(test.Unit));
                r.Quantity("high", test.High, test.Unit, Shown(test.Unit));
            });
        });

    private void BloodPressure(Visit visit, Problem problem)
    {
        var systolic = Value(problem, "SBP");
        var diastolic = Math.Min(Value(problem, "DBP"), systolic - 25);
        Observation(visit, "血压", "85354-9", "Blood pressure panel with all children optional", w => w.Array("component", parts =>
        {
            parts.Item(p => Component(p, "SBP", systolic));
            parts.Item(p => Component(p, "DBP", diastolic));
        }));
    }

    private static void Component(FhirWriter w, string key, decimal value)
    {
        var sign = Signs[key];
        w.Concept("code", new Concept(sign.Name, new Coding(Exchange.Loinc, sign.Loinc, sign.LoincName)));
        w.Quantity("valueQuantity", value, sign.Unit, sign.Shown);
    }

    private void Sign(Visit visit, string key, decimal value)
    {
        var sign = Signs[key];
        Observation(visit, sign.Name, sign.Loinc, sign.LoincName, w => w.Quantity("valueQuantity", value, sign.Unit, sign.Shown));
    }

    private void Observation(Visit visit, string name, string loinc, string loincName, Action<FhirWriter> value) =>
        Add("Observation", "exchange-observation-vital-signs", w =>
        {
            w.String("status", "final");
            w.Concepts("category", new Concept(null, new Coding($"{Exchange.Hl7}/observation-category", "vital-signs", "Vital Signs")));
            w.Concept("code", new Concept(name, new Coding(Exchange.Loinc, loinc, loincName)));
            w.Reference("subject", person.Reference, PatientRecords.FullName(person));
            w.Reference("encounter", visit.Encounter);
            w.Instant("effectiveDateTime", visit.Start.AddMinutes(5));
            w.References("performer", visit.Doctor.Role);
            value(w);
        });

    private decimal Value(Problem problem, string key)
    {
        var finding = problem.Signs.FirstOrDefault(sign => sign.Key == key);
        var normal = Signs[key];
        return Draw(finding?.Low ?? normal.Low, finding?.High ?? normal.High);
    }

    // The quarters of the normal range, with its decimals.
    private static decimal Inner(LaboratoryTest test, int quarter) =>
        Math.Round(test.Low + ((test.High - test.Low) * quarter / 4), Math.Max(test.Low.Scale, test.High.Scale));

    private static string Shown(string unit) => unit switch { "umol/L" => "μmol/L", "mm[Hg]" => "mmHg", "m[IU]/L" => "mIU/L", "{INR}" => "INR", _ => unit };
}
