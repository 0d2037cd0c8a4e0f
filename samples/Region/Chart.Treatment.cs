// What is done: prescriptions, what is taken at home, vaccinations, allergies, documents and bills.

using System.Globalization;
using System.Text;

namespace FhirHub.Samples.Region;

internal sealed partial class Chart
{
    private static readonly (string Allergen, string Text, string Category, string Reaction)[] Allergens =
    [
        ("penicillin", "青霉素类", "medication", "皮疹"), ("cephalosporin", "头孢菌素类", "medication", "荨麻疹"), ("sulfonamide", "磺胺类", "medication", "药疹"),
        ("iodinated-contrast", "碘造影剂", "medication", "恶心、皮肤潮红"), ("seafood", "海产品", "food", "荨麻疹"), ("egg", "鸡蛋", "food", "湿疹"),
        ("pollen", "花粉", "environment", "打喷嚏、流涕"), ("dust-mite", "尘螨", "environment", "喘息"),
    ];

    private static readonly (string Atc, string Name, int Month, int Dose)[] ChildVaccines =
    [
        ("J07AN01", "卡介苗", 0, 1), ("J07BC01", "乙型肝炎疫苗", 0, 1), ("J07BC01", "乙型肝炎疫苗", 1, 2), ("J07BF03", "脊髓灰质炎灭活疫苗", 2, 1),
        ("J07BF03", "脊髓灰质炎灭活疫苗", 3, 2), ("J07AJ52", "百白破疫苗", 3, 1), ("J07AJ52", "百白破疫苗", 4, 2), ("J07AJ52", "百白破疫苗", 5, 3),
        ("J07BC01", "乙型肝炎疫苗", 6, 3), ("J07BD52", "麻腮风疫苗", 8, 1), ("J07BA03", "乙型脑炎减毒活疫苗", 8, 1), ("J07BD52", "麻腮风疫苗", 18, 2),
        ("J07BC02", "甲型肝炎疫苗", 18, 1), ("J07BA03", "乙型脑炎减毒活疫苗", 24, 2),
    ];

    /// <summary>Prescriptions of a visit.</summary>
    public void Prescribe(Visit visit, Problem problem, string condition, int days)
    {
        foreach (var drug in problem.DrugsFor(person, visit.Start))
        {
            Add("MedicationRequest", "exchange-medication-request", w =>
            {
                w.Single("identifier", i => i.Identify(Exchange.Sid($"local-record/{visit.Institution.CreditCode}"), $"RX{NumberOf("MedicationRequest")}"));
                w.String("status", visit.End is null ? "active" : "completed");
                w.String("intent", "order");
                Medication(w, visit.Institution.CodeOwner, drug);
                w.Reference("subject", person.Reference, PatientRecords.FullName(person));
                w.Reference("encounter", visit.Encounter);
                w.Instant("authoredOn", visit.Start.AddMinutes(30));
                w.Reference("requester", visit.Doctor.Role, visit.Doctor.Name.Text);
                w.References("reasonReference", condition);
                w.Single("dosageInstruction", d => Dosage(d, drug));
                w.Object("dispenseRequest", d => d.Object("expectedSupplyDuration", q =>
                {
                    q.Integer("value", days);
                    q.String("unit", "天");
                    q.String("system", Exchange.Ucum);
                    q.String("code", "d");
                }));
            });
        }
    }

    /// <summary>What the person takes at home.</summary>
    public void Takes(Visit visit, Problem problem, string condition, DateOnly since)
    {
        foreach (var drug in problem.DrugsFor(person, visit.Start))
        {
            Add("MedicationStatement", "exchange-medication-statement", w =>
            {
                w.String("status", "active");
                Medication(w, visit.Institution.CodeOwner, drug);
                w.Reference("subject", person.Reference, PatientRecords.FullName(person));
                w.Reference("context", visit.Encounter);
                w.Object("effectivePeriod", p => p.Date("start", since));
                w.Instant("dateAsserted", visit.Start);
                w.Reference("informationSource", visit.Doctor.Role, visit.Doctor.Name.Text);
                w.References("reasonReference", condition);
                w.Single("dosage", d => Dosage(d, drug));
            });
        }
    }

    /// <summary>An allergy.</summary>
    public void Allergy(Visit visit)
    {
        var (allergen, text, category, reaction) = random.Pick(Allergens);
        Add("AllergyIntolerance", "exchange-allergy-intolerance", w =>
        {
            w.Concept("clinicalStatus", new Concept(null, Exchange.Hl7Code("allergyintolerance-clinical", "active")));
            w.Concept("verificationStatus", new Concept(null, Exchange.Hl7Code("allergyintolerance-verification", "confirmed")));
            w.String("type", "allergy");
            w.Strings("category", category);
            w.String("criticality", category == "medication" ? "high" : "low");
            w.Concept("code", new Concept(text, Exchange.Code("allergen", allergen)));
            w.Reference("patient", person.Reference, PatientRecords.FullName(person));
            w.Instant("recordedDate", visit.Start);
            w.Reference("recorder", visit.Doctor.Role, visit.Doctor.Name.Text);
            w.Single("reaction", r =>
            {
                r.Concepts("manifestation", new Concept(reaction));
                r.String("severity", "mild");
            });
        });
    }

    /// <summary>The vaccinations that a child of the age had by the day.</summary>
    public void ChildVaccinations(Doctor doctor, DateOnly day)
    {
        foreach (var (atc, name, month, dose) in ChildVaccines)
        {
            if (person.Born.AddMonths(month).AddDays(10) < day)
                Vaccinate(doctor, new Concept(name, new Coding(Exchange.Atc, atc)), person.Born.AddMonths(month).AddDays(random.Below(9)), dose);
        }
    }

    /// <summary>A vaccination.</summary>
    public void Vaccinate(Doctor doctor, Concept vaccine, DateOnly day, int dose)
    {
        Add("Immunization", "exchange-immunization", w =>
        {
            w.String("status", "completed");
            w.Concept("vaccineCode", vaccine);
            w.Reference("patient", person.Reference, PatientRecords.FullName(person));
            w.Instant("occurrenceDateTime", day.At(9, random.Below(60)));
            w.Boolean("primarySource", true);
            w.Reference("location", $"Location/{doctor.Institution.Id}-site");
            w.String("lotNumber", string.Create(CultureInfo.InvariantCulture, $"{day:yyyyMM}{random.Digits(3)}"));
            w.Date("expirationDate", day.AddMonths(14));
            w.Single("performer", p => p.Reference("actor", doctor.Role, doctor.Name.Text));
            w.Single("protocolApplied", p => p.Integer("doseNumberPositiveInt", dose));
        });
    }

    /// <summary>A document of a visit.</summary>
    /// <param name="visit">The visit.</param>
    /// <param name="title">Its title.</param>
    /// <param name="loinc">LOINC code of its type.</param>
    /// <param name="loincName">LOINC's name.</param>
    /// <param name="written">When it was written.</param>
    /// <param name="text">What it says.</param>
    public string Document(Visit visit, string title, string loinc, string loincName, DateTime written, string text) =>
        Add("DocumentReference", "exchange-document-reference", w =>
        {
            w.Object("masterIdentifier", i => i.Identify(Exchange.Sid("document-number"), $"{visit.Institution.Division[..6]}D{NumberOf("DocumentReference")}"));
            w.String("status", "current");
            w.String("docStatus", "final");
            w.Concept("type", new Concept(title, new Coding(Exchange.Loinc, loinc, loincName)));
            w.Reference("subject", person.Reference, PatientRecords.FullName(person));
            w.Instant("date", written);
            w.References("author", visit.Doctor.Role);
            w.Reference("custodian", visit.Institution.Reference, visit.Institution.Name);
            w.Single("content", c => c.Object("attachment", a =>
            {
                a.String("contentType", "text/plain; charset=utf-8");
                a.String("language", "zh-CN");
                a.String("data", Convert.ToBase64String(Encoding.UTF8.GetBytes(text)));
                a.String("title", title);
                a.Instant("creation", written);
            }));
            w.Object("context", c => c.References("encounter", visit.Encounter));
        });

    /// <summary>The bill of a visit.</summary>
    public void Claim(Visit visit, Problem problem, int days)
    {
        var isStay = problem.Course == Course.Stay;
        var items = new List<(string Kind, string Name, decimal Net)> { isStay ? ("bed", "床位费", days * 30m) : ("registration", "挂号费", 5m) };
        if (isStay)
            items.Add(("nursing", "护理费", days * 18m));
        else
            items.Add(("consultation", "诊察费", 10m));
        if (problem.Tests.Count > 0)
            items.Add(("laboratory", "检验费", problem.Tests.Count * 12.5m));
        var given = problem.DrugsFor(person, visit.Start);
        AddDrugs("western-medicine", "西药费", given.Where(static drug => drug.Atc is not null));
        AddDrugs("chinese-patent-medicine", "中成药费", given.Where(static drug => drug.Atc is null));
        Add("Claim", "exchange-claim-summary", w =>
        {
            w.Single("identifier", i => i.Identify(Exchange.Sid("claim-number"), $"{visit.Institution.Division[..6]}C{NumberOf("Claim")}"));
            w.String("status", "active");
            w.Concept("type", new Concept(null, Exchange.Hl7Code("claim-type", "institutional")));
            w.String("use", "claim");
            w.Reference("patient", person.Reference, PatientRecords.FullName(person));
            w.Object("billablePeriod", p =>
            {
                p.Date("start", DateOnly.FromDateTime(visit.Start));
                p.Date("end", DateOnly.FromDateTime(visit.End!.Value));
            });
            w.Instant("created", visit.End!.Value);
            w.Reference("insurer", $"Organization/{PatientRecords.Insurer}");
            w.Reference("provider", visit.Institution.Reference, visit.Institution.Name);
            w.Concept("priority", new Concept(null, Exchange.Hl7Code("processpriority", "normal")));
            w.Single("insurance", i =>
            {
                i.Integer("sequence", 1);
                i.Boolean("focal", true);
                i.Reference("coverage", string.Create(CultureInfo.InvariantCulture, $"Coverage/{person.Number}"));
            });
            w.Array("item", lines =>
            {
                for (var i = 0; i < items.Count; i++)
                {
                    var (sequence, (kind, name, net)) = (i + 1, items[i]);
                    lines.Item(line =>
                    {
                        line.Integer("sequence", sequence);
                        line.Concept("category", new Concept(name, Exchange.Code("claim-item-kind", kind)));
                        line.Concept("productOrService", new Concept(name));
                        line.Money("net", net);
                        line.Array("encounter", e => e.Item(r => r.String("reference", visit.Encounter)));
                    });
                }
            });
            w.Money("total", items.Sum(static item => item.Net));
        });

        void AddDrugs(string kind, string name, IEnumerable<Drug> drugs)
        {
            if (drugs.Sum(static drug => drug.Price) is > 0 and var perDay)
                items.Add((kind, name, perDay * days));
        }
    }

    private static void Medication(FhirWriter w, Institution hospital, Drug drug) => w.Object("medicationCodeableConcept", LocalAndStandard(
        drug.Name,
        new Coding(Pharmacy.SystemOf(hospital), Pharmacy.CodeAt(hospital, drug), drug.Name),
        drug.Atc is null ? null : new Coding(Exchange.Atc, drug.Atc, drug.AtcName)));

    private static void Dosage(FhirWriter w, Drug drug)
    {
        var (route, text) = drug.Route switch
        {
            "inhalation" => ("inhalation", "吸入"),
            "subcutaneous" => ("subcutaneous", "皮下注射"),
            "intravenous-infusion" => ("intravenous-infusion", "静脉滴注"),
            _ => ("oral", "口服"),
        };
        w.String("text", string.Create(CultureInfo.InvariantCulture, $"{text}，每次{drug.Dose}{drug.Shown}，每日{drug.TimesADay}次"));
        w.Object("timing", t => t.Object("repeat", r =>
        {
            r.Integer("frequency", drug.TimesADay);
            r.Integer("period", 1);
            r.String("periodUnit", "d");
        }));
        w.Concept("route", new Concept(text, Exchange.Code("medication-route", route)));
        w.Single("doseAndRate", d => d.Quantity("doseQuantity", drug.Dose, drug.Unit, drug.Shown));
    }
}
