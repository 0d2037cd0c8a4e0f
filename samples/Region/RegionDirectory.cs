// Institutions with what they offer: organizations, places, services, practitioners in their roles, schedules and free slots.

using System.Globalization;

namespace FhirHub.Samples.Region;

/// <summary>Writes the directory of the region.</summary>
internal sealed class RegionDirectory(RegionSettings settings, FhirWriter writer)
{
    private const int FreeSlots = 4;
    private const int TimesOfAfternoon = 6;

    private static readonly Dictionary<string, string> Titles = new(StringComparer.Ordinal)
    {
        ["chief-physician"] = "主任医师",
        ["associate-chief-physician"] = "副主任医师",
        ["attending-physician"] = "主治医师",
        ["resident-physician"] = "住院医师",
        ["village-doctor"] = "乡村医生",
        ["nurse"] = "护士",
    };

    // The hospitals' doctors are some hundreds at most, however many patients there are.
    private readonly Dictionary<string, int> _booked = new(StringComparer.Ordinal);

    /// <summary>The next time that a practitioner has in the afternoons to come.</summary>
    /// <param name="doctor">The practitioner.</param>
    /// <param name="isUrgent">True for a patient who comes today.</param>
    public DateTime Book(Doctor doctor, bool isUrgent)
    {
        var number = _booked[doctor.Id] = _booked.GetValueOrDefault(doctor.Id) + 1;
        var day = isUrgent ? settings.Today : settings.Today.AddWorkingDays(1 + (number / TimesOfAfternoon));
        return day.At(14).AddMinutes(30 * (number % TimesOfAfternoon));
    }

    /// <summary>The resources of one institution.</summary>
    public IEnumerable<RegionResource> Of(Institution institution)
    {
        yield return Organization(institution);
        yield return Location(institution, null);
        for (var number = 0; number < institution.Practitioners; number++)
        {
            var doctor = Doctor.Of(settings, institution, number);
            var offersBooking = institution.IsHospital;
            if (offersBooking)
                yield return Location(institution, doctor);
            if (institution.Tier != Tier.Village)
                yield return Service(doctor);
            yield return Practitioner(doctor);
            yield return Role(doctor);
            if (!offersBooking)
                continue;
            yield return Schedule(doctor);
            for (var slot = 0; slot < FreeSlots; slot++)
                yield return Slot(doctor, $"{doctor.Id}-{slot + 1}", settings.Today.AddWorkingDays(1 + (slot / 2)).At(8 + (2 * (slot % 2)), 30), "free");
        }
    }

    /// <summary>A slot of a practitioner's schedule.</summary>
    public RegionResource Slot(Doctor doctor, string id, DateTime start, string status) => writer.Resource("Slot", id, "exchange-slot", w =>
    {
        w.Concepts("serviceType", new Concept(null, Exchange.Code("requested-service", doctor.Department.Services[0])));
        w.Concepts("specialty", doctor.Department.Concept);
        w.Reference("schedule", doctor.Schedule);
        w.String("status", status);
        w.Instant("start", start);
        w.Instant("end", start.AddMinutes(30));
    });

    /// <summary>An address in an institution's division.</summary>
    public static void Address(FhirWriter w, Place place, string division, string line, string use, string? kind = null)
    {
        var local = $"{place.Township}{place.Village}{line}";
        w.Array("extension", extensions =>
        {
            if (kind is not null)
                extensions.Extension("address-kind", e => e.String("valueCode", kind));
            extensions.Extension("administrative-division", e => e.Coding("valueCoding", Exchange.Code("administrative-division", division)));
        });
        w.String("use", use);
        w.String("type", "physical");
        w.String("text", $"{place.Text}{line}");
        w.Strings("line", local);
        w.String("city", place.City);
        if (place.County is not null)
            w.String("district", place.County);
        w.String("state", place.Province);
        w.String("postalCode", division[..6]);
        w.String("country", "CN");
    }

    /// <summary>A Chinese name in characters, and its pinyin.</summary>
    public static void Names(FhirWriter w, PersonName name)
    {
        w.Item(n => Name(n, "IDE", name.Text, name.Family, name.Given));
        w.Item(n => Name(n, "SYL", name.Pinyin, name.FamilyPinyin, name.GivenPinyin));
    }

    private static void Name(FhirWriter w, string representation, string text, string family, string given)
    {
        w.Array("extension", e => e.ExtensionOf("http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation", v => v.String("valueCode", representation)));
        w.String("use", "official");
        w.String("text", text);
        w.String("family", family);
        w.Strings("given", given);
    }

    private RegionResource Organization(Institution institution) => writer.Resource("Organization", institution.Id, "exchange-organization", w =>
    {
        w.Single("identifier", i =>
        {
            i.String("use", "official");
            i.Identify(Exchange.Sid("unified-social-credit-code"), institution.CreditCode);
        });
        w.Boolean("active", true);
        w.Concepts(
            "type",
            new Concept(null, Exchange.Code("organization-tier", Institution.NameOf(institution.Tier))),
            new Concept(null, Exchange.Code("organization-kind", institution.Kind)));
        w.String("name", institution.Name);
        w.Single("telecom", t => Phone(t, Landline(institution, 0), "work"));
        w.Single("address", a => Address(a, institution.Place, institution.Division, Street(institution), "work"));
        if (institution.Parent is { } parent)
            w.Reference("partOf", parent.Reference, parent.Name);
    });

    private RegionResource Location(Institution institution, Doctor? doctor) => writer.Resource("Location", doctor?.Id ?? $"{institution.Id}-site", "exchange-location", w =>
    {
        w.String("status", "active");
        w.String("name", doctor is null ? institution.Name : $"{institution.Name}{doctor.Department.Name}");
        w.String("mode", "instance");
        w.Object("address", a => Address(a, institution.Place, institution.Division, doctor is null ? Street(institution) : $"{Street(institution)}门诊楼{doctor.Number + 1}层", "work"));
        w.Concept("physicalType", new Concept(null, doctor is null
            ? new Coding($"{Exchange.Hl7}/location-physical-type", "bu", "Building")
            : new Coding($"{Exchange.Hl7}/location-physical-type", "wi", "Wing")));
        w.Reference("managingOrganization", institution.Reference, institution.Name);
        if (doctor is not null)
            w.Reference("partOf", $"Location/{institution.Id}-site");
    });

    private RegionResource Service(Doctor doctor) => writer.Resource("HealthcareService", doctor.Id, "exchange-healthcare-service", w =>
    {
        w.Boolean("active", true);
        w.Reference("providedBy", doctor.Institution.Reference, doctor.Institution.Name);
        w.Concepts("type", doctor.Department.Services.Select(static service => new Concept(null, Exchange.Code("requested-service", service))));
        w.Concepts("specialty", doctor.Department.Concept);
        w.References("location", LocationOf(doctor));
        w.String("name", $"{doctor.Institution.Name}{doctor.Department.Name}");
        w.Single("telecom", t => Phone(t, Landline(doctor.Institution, doctor.Number + 1), "work"));
        w.Boolean("appointmentRequired", doctor.Institution.IsHospital);
        Availability(w);
    });

    private RegionResource Practitioner(Doctor doctor) => writer.Resource("Practitioner", doctor.Id, "exchange-practitioner", w =>
    {
        var license = License(doctor);
        w.Single("identifier", i =>
        {
            i.String("use", "official");
            i.Identify(Exchange.Sid("practitioner-license"), license);
        });
        w.Boolean("active", true);
        w.Array("name", names => Names(names, doctor.Name));
        w.String("gender", doctor.IsMale ? "male" : "female");
        w.Single("qualification", q =>
        {
            q.Single("identifier", i => i.Identify(Exchange.Sid("practitioner-license"), license));
            q.Concept("code", new Concept(doctor.Title == "village-doctor" ? "乡村医生执业证书" : "执业证书"));
            q.Object("period", p => p.Date("start", new DateOnly(doctor.Born + 25, 7, 1)));
        });
    });

    private RegionResource Role(Doctor doctor) => writer.Resource("PractitionerRole", doctor.Id, "exchange-practitioner-role", w =>
    {
        w.Array("extension", extensions =>
        {
            extensions.Extension("professional-title", e =>
                e.Concept("valueCodeableConcept", new Concept(Titles[doctor.Title], Exchange.Code("professional-title", doctor.Title))));
            extensions.Extension("expert", e => e.Boolean("valueBoolean", doctor.IsExpert));
        });
        w.Boolean("active", true);
        w.Object("period", p => p.Date("start", new DateOnly(doctor.Born + 27, 1, 1)));
        w.Reference("practitioner", doctor.Practitioner, doctor.Name.Text);
        w.Reference("organization", doctor.Institution.Reference, doctor.Institution.Name);
        w.Concepts("code", Functions(doctor).Select(static code => new Concept(null, Exchange.Code("practitioner-function", code))));
        w.Concepts("specialty", doctor.Department.Concept);
        w.References("location", LocationOf(doctor));
        if (doctor.Institution.Tier != Tier.Village)
            w.References("healthcareService", doctor.Service);
        w.Single("telecom", t => Phone(t, Landline(doctor.Institution, doctor.Number + 21), "work"));
        Availability(w);
    });

    private RegionResource Schedule(Doctor doctor) => writer.Resource("Schedule", doctor.Id, "exchange-schedule", w =>
    {
        w.Boolean("active", true);
        w.Concepts("serviceType", new Concept(null, Exchange.Code("requested-service", doctor.Department.Services[0])));
        w.Concepts("specialty", doctor.Department.Concept);
        w.Array("actor", actors =>
        {
            actors.Item(a =>
            {
                a.String("reference", doctor.Role);
                a.String("display", doctor.Name.Text);
            });
            actors.Item(a => a.String("reference", doctor.Service));
        });
        w.Period("planningHorizon", settings.Today.AddYears(-2).At(0), settings.Today.AddDays(60).At(0));
    });

    private static IEnumerable<string> Functions(Doctor doctor) => doctor.Institution.Tier switch
    {
        Tier.Village => ["family-doctor", "referring"],
        Tier.Township => ["family-doctor", "referring", "receiving"],
        Tier.County => ["treating", "referring", "receiving", "host"],
        _ => doctor.IsExpert ? ["expert", "treating", "receiving"] : ["treating", "receiving"],
    };

    private static string LocationOf(Doctor doctor) =>
        doctor.Institution.IsHospital ? $"Location/{doctor.Id}" : $"Location/{doctor.Institution.Id}-site";

    private static string License(Doctor doctor) =>
        string.Create(CultureInfo.InvariantCulture, $"5399{(int)doctor.Institution.Tier + 1}{doctor.Institution.Index:00000000}{doctor.Number + 1:00}");

    private static string Street(Institution institution) => institution.Tier switch
    {
        Tier.Province => "滨江大道1号",
        Tier.City => $"人民路{institution.Index + 11}号",
        Tier.County => "城关路16号",
        Tier.Township => "中心街8号",
        _ => "1组1号",
    };

    // The area code is nobody's.
    private static string Landline(Institution institution, int extension) =>
        string.Create(CultureInfo.InvariantCulture, $"0809-8{(int)institution.Tier}{institution.Index % 1000:000}{extension:00}");

    private static void Phone(FhirWriter w, string number, string use)
    {
        w.String("system", "phone");
        w.String("value", number);
        w.String("use", use);
    }

    private static void Availability(FhirWriter w) => w.Array("availableTime", times =>
    {
        times.Item(t => Hours(t, "08:00:00", "12:00:00"));
        times.Item(t => Hours(t, "14:00:00", "17:30:00"));
    });

    private static void Hours(FhirWriter w, string start, string end)
    {
        w.Strings("daysOfWeek", "mon", "tue", "wed", "thu", "fri");
        w.String("availableStartTime", start);
        w.String("availableEndTime", end);
    }
}
