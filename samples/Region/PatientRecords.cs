// A person as the exchange knows him or her: the Patient, the family's others who may be asked, and the insurance.

using System.Globalization;

namespace FhirHub.Samples.Region;

/// <summary>Writes patients.</summary>
internal sealed class PatientRecords(RegionSettings settings, FhirWriter writer)
{
    /// <summary>The logical id of the Organization that insures the region.</summary>
    public const string Insurer = "insurance-fund";

    /// <summary>The fund that insures the region; it treats nobody, so it has no tier.</summary>
    public RegionResource Fund() => writer.Resource("Organization", Insurer, null, w =>
    {
        w.Boolean("active", true);
        w.Concepts("type", new Concept("医疗保险经办机构", new Coding($"{Exchange.Hl7}/organization-type", "ins", "Insurance Company")));
        w.String("name", "青川市医疗保障局");
    });

    /// <summary>The Patient.</summary>
    /// <param name="person">Who.</param>
    /// <param name="institutions">Where the person has been, each of which has a record number of its own.</param>
    /// <param name="doctor">The family doctor.</param>
    public RegionResource Patient(Person person, IReadOnlyList<Institution> institutions, Doctor doctor) =>
        writer.Resource("Patient", person.Id, "exchange-patient", w =>
        {
            w.Array("extension", e =>
            {
                e.Extension("ethnicity", v => v.Concept("valueCodeableConcept", person.IsForeign
                    ? new Concept("外国血统", Exchange.Code("ethnicity", "98"))
                    : new Concept(person.Household.Ethnicity.Name, Exchange.Code("ethnicity", person.Household.Ethnicity.Code))));
                if (!person.IsForeign)
                    e.Extension("household-number", v => v.Object("valueIdentifier", i => i.Identify(Exchange.Sid("household-number"), person.Household.Number)));
            });
            w.Array("identifier", identifiers => Identifiers(identifiers, person, institutions));
            w.Boolean("active", true);
            w.Array("name", names => Names(names, person));
            w.Single("telecom", t => Phone(t, person.AgeOn(settings.Today) < 14 ? person.Household.Members[0].Phone : person.Phone));
            w.String("gender", person.Gender);
            w.Date("birthDate", person.Born);
            w.Array("address", addresses =>
            {
                if (!person.IsForeign)
                    addresses.Item(a => Address(a, person, "household"));
                addresses.Item(a => Address(a, person, "current"));
            });
            if (person.Generation != Generation.Child && !person.IsForeign)
                w.Concept("maritalStatus", new Concept(null, new Coding($"{Exchange.Hl7}/v3-MaritalStatus", Spouse(person) is null ? "U" : "M")));
            w.References("generalPractitioner", doctor.Role);
            w.Reference("managingOrganization", institutions[0].Reference, institutions[0].Name);
        });

    /// <summary>The others of the family who may be asked for the person.</summary>
    public IEnumerable<RegionResource> Relatives(Person person)
    {
        var number = 0;
        foreach (var (relative, code, text) in RelativesOf(person))
        {
            number++;
            yield return writer.Resource("RelatedPerson", string.Create(CultureInfo.InvariantCulture, $"{person.Number}-{number}"), null, w =>
            {
                if (relative.ResidentId is { } residentId)
                    w.Single("identifier", i => i.Identify(Exchange.Sid("resident-id"), residentId));
                w.Boolean("active", true);
                w.Reference("patient", person.Reference, person.Name.Text);
                w.Concepts("relationship", new Concept(text, new Coding($"{Exchange.Hl7}/v3-RoleCode", code)));
                w.Array("name", names => RegionDirectory.Names(names, relative.Name));
                w.Single("telecom", t => Phone(t, relative.Phone));
                w.String("gender", relative.Gender);
                w.Date("birthDate", relative.Born);
                w.Single("address", a => Address(a, relative, "current"));
            });
        }
    }

    /// <summary>The insurance.</summary>
    public RegionResource Coverage(Person person) =>
        writer.Resource("Coverage", person.Number.ToString(CultureInfo.InvariantCulture), "exchange-coverage", w =>
        {
            var kind = person.IsForeign ? ("commercial", "商业健康保险")
                : person.Household.LivesInTown && person.Generation == Generation.Parent ? ("urban-employee", "职工基本医疗保险")
                : ("resident", "城乡居民基本医疗保险");
            var number = string.Create(CultureInfo.InvariantCulture, $"YB5399{person.Number:0000000000}");
            w.Single("identifier", i => i.Identify(Exchange.Sid("insurance-number"), number));
            w.String("status", "active");
            w.Concept("type", new Concept(kind.Item2, Exchange.Code("coverage-kind", kind.Item1)));
            w.String("subscriberId", number);
            w.Reference("beneficiary", person.Reference, FullName(person));
            w.Object("period", p =>
            {
                var start = new DateOnly(settings.Today.Year, 1, 1);
                p.Date("start", start > person.Born ? start : person.Born);
                p.Date("end", new DateOnly(settings.Today.Year, 12, 31));
            });
            w.References("payor", $"Organization/{Insurer}");
        });

    /// <summary>The name as records show it.</summary>
    public static string FullName(Person person) => person.IsForeign ? $"{person.Name.Given} {person.Name.Family}" : person.Name.Text;

    /// <summary>The number of a person's record at an institution, where a bare count is never enough to tell one from another.</summary>
    public static string LocalNumber(Person person, Institution institution) =>
        string.Create(CultureInfo.InvariantCulture, $"{"HSAXW"[(int)institution.Tier]}{institution.Index % 100:00}{person.Number:0000000}");

    private static void Identifiers(FhirWriter w, Person person, IReadOnlyList<Institution> institutions)
    {
        if (person.ResidentId is { } residentId)
            w.Item(i => Identifier(i, null, Exchange.Sid("resident-id"), residentId, "official"));
        if (!person.IsForeign)
            w.Item(i => Identifier(i, null, Exchange.Sid("health-card"), string.Create(CultureInfo.InvariantCulture, $"YL5399{person.Number:0000000000}"), "official"));
        if (person.Passport is { } passport)
            w.Item(i => Identifier(i, "PPN", $"http://hl7.org/fhir/sid/passport-{passport.Country}", passport.Number, "official"));
        foreach (var institution in institutions)
        {
            w.Item(i =>
            {
                Identifier(i, "MR", Exchange.Sid($"local-record/{institution.CreditCode}"), LocalNumber(person, institution), "usual");
                i.Reference("assigner", institution.Reference, institution.Name);
            });
        }
    }

    private static void Identifier(FhirWriter w, string? type, string system, string value, string use)
    {
        w.String("use", use);
        if (type is not null)
            w.Concept("type", new Concept(null, new Coding($"{Exchange.Hl7}/v2-0203", type)));
        w.Identify(system, value);
    }

    private static void Names(FhirWriter w, Person person)
    {
        if (!person.IsForeign)
        {
            RegionDirectory.Names(w, person.Name);
            return;
        }

        w.Item(n =>
        {
            n.String("use", "official");
            n.String("text", FullName(person));
            n.String("family", person.Name.Family);
            n.Strings("given", person.Name.Given);
        });
    }

    private static void Phone(FhirWriter w, string number)
    {
        w.String("system", "phone");
        w.String("value", number);
        w.String("use", "mobile");
    }

    private static void Address(FhirWriter w, Person person, string kind)
    {
        var village = person.Household.Village;
        var isMoved = kind == "current" && (person.Household.LivesInTown || person.IsForeign);
        if (!isMoved)
        {
            RegionDirectory.Address(w, village.Place, village.Division, person.Household.Line, "home", kind);
            return;
        }

        var county = village.Up(Tier.County);
        RegionDirectory.Address(
            w, county.Place, county.Division, string.Create(CultureInfo.InvariantCulture, $"城关路{20 + (person.Household.Index % 180)}号"), "home", kind);
    }

    private static Person? Spouse(Person person) => person.Generation == Generation.Child
        ? null
        : person.Household.Members.FirstOrDefault(other => other != person && other.Generation == person.Generation);

    private static IEnumerable<(Person Relative, string Code, string Text)> RelativesOf(Person person)
    {
        var parents = person.Household.Members.Where(static other => other.Generation == Generation.Parent);
        if (person.Generation == Generation.Child)
        {
            foreach (var parent in parents)
                yield return (parent, parent.IsMale ? "FTH" : "MTH", parent.IsMale ? "父亲" : "母亲");
            yield break;
        }

        if (Spouse(person) is { } spouse)
            yield return (spouse, spouse.IsMale ? "HUSB" : "WIFE", spouse.IsMale ? "丈夫" : "妻子");

        // The old live with a son.
        if (person.Generation == Generation.Grandparent && parents.FirstOrDefault(static parent => parent.IsMale) is { } son)
            yield return (son, "SONC", "儿子");
    }
}
