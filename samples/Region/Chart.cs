// The chart of one person while it is written: its resources in order, and the numbers of the next ones.

using System.Globalization;

namespace FhirHub.Samples.Region;

/// <summary>Where and when somebody is treated, and by whom.</summary>
/// <param name="Doctor">The doctor, with the institution.</param>
/// <param name="Start">When it begins.</param>
/// <param name="End">When it ends; null if it has not.</param>
internal sealed record Visit(Doctor Doctor, DateTime Start, DateTime? End)
{
    /// <summary>A reference to the Encounter.</summary>
    public string Encounter { get; init; } = "";

    /// <summary>The institution.</summary>
    public Institution Institution => Doctor.Institution;
}

/// <summary>Writes a person's chart.</summary>
internal sealed partial class Chart(FhirWriter writer, Person person, SplitMix64 random)
{
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

    /// <summary>What was written and not yet taken.</summary>
    public List<RegionResource> Written { get; } = [];

    /// <summary>Whose chart it is.</summary>
    public Person Person => person;

    /// <summary>The person's random numbers.</summary>
    public SplitMix64 Random => random;

    /// <summary>Writes a resource; the value is a reference to it.</summary>
    public string Add(string type, string? profile, Action<FhirWriter> elements)
    {
        var number = _numbers[type] = _numbers.GetValueOrDefault(type) + 1;
        var id = string.Create(CultureInfo.InvariantCulture, $"{person.Number}-{number}");
        Written.Add(writer.Resource(type, id, profile, elements));
        return $"{type}/{id}";
    }

    /// <summary>The number of the latest resource of a type, for its business identifiers while it is written.</summary>
    public string NumberOf(string type) => string.Create(CultureInfo.InvariantCulture, $"{person.Number:0000000}{_numbers[type]:000}");

    /// <summary>Somebody is treated.</summary>
    /// <param name="visit">Where, when and by whom.</param>
    /// <param name="code">A code of R4's encounter classes.</param>
    /// <param name="reason">Why.</param>
    /// <param name="more">Writes further elements.</param>
    public Visit Encounter(Visit visit, string code, Concept reason, Action<FhirWriter>? more = null) => visit with
    {
        Encounter = Add("Encounter", null, w =>
        {
            w.Single("identifier", i => i.Identify(Exchange.Sid($"local-record/{visit.Institution.CreditCode}"), $"{code}{NumberOf("Encounter")}"));
            w.String("status", visit.End is null ? "in-progress" : "finished");
            w.Coding("class", new Coding($"{Exchange.Hl7}/v3-ActCode", code, code switch { "IMP" => "inpatient encounter", "EMER" => "emergency", _ => "ambulatory" }));
            w.Reference("subject", person.Reference, PatientRecords.FullName(person));
            more?.Invoke(w);
            w.Single("participant", p =>
            {
                p.Concepts("type", new Concept(null, new Coding($"{Exchange.Hl7}/v3-ParticipationType", "ATND", "attender")));
                p.Reference("individual", visit.Doctor.Role, visit.Doctor.Name.Text);
            });
            w.Period("period", visit.Start, visit.End);
            w.Concepts("reasonCode", reason);
            w.Reference("serviceProvider", visit.Institution.Reference, visit.Institution.Name);
        }),
    };

    /// <summary>A problem is found.</summary>
    /// <param name="problem">Which.</param>
    /// <param name="visit">When and by whom.</param>
    /// <param name="resolved">When it was over; null if it is not.</param>
    public string Condition(Problem problem, Visit visit, DateTime? resolved) => Add("Condition", "exchange-condition", w =>
    {
        w.Concept("clinicalStatus", new Concept(null, Exchange.Hl7Code("condition-clinical", resolved is null ? "active" : "resolved")));
        w.Concept("verificationStatus", new Concept(null, Exchange.Hl7Code("condition-ver-status", "confirmed")));
        w.Concepts("category", new Concept(null, Exchange.Hl7Code("condition-category", problem.Course == Course.Chronic ? "problem-list-item" : "encounter-diagnosis")));
        w.Concept("code", problem.Concept);
        w.Reference("subject", person.Reference, PatientRecords.FullName(person));
        w.Reference("encounter", visit.Encounter);
        w.Date("onsetDateTime", DateOnly.FromDateTime(visit.Start));
        if (resolved is { } end)
            w.Date("abatementDateTime", DateOnly.FromDateTime(end));
        w.Instant("recordedDate", visit.Start);
        w.Reference("recorder", visit.Doctor.Role, visit.Doctor.Name.Text);
    });

    private static Action<FhirWriter> LocalAndStandard(string name, Coding local, Coding? standard) => w =>
    {
        w.Array("coding", codings =>
        {
            codings.Item(c => Write(c, local));
            if (standard is not null)
                codings.Item(c => Write(c, standard));
        });
        w.String("text", name);
    };

    private static void Write(FhirWriter w, Coding coding)
    {
        w.String("system", coding.System);
        w.String("code", coding.Code);
        if (coding.Display is not null)
            w.String("display", coding.Display);
    }

    // A value within a range, with as many decimals as its ends have.
    private decimal Draw(decimal low, decimal high)
    {
        var scale = Math.Max(low.Scale, high.Scale);
        decimal unit = 1;
        for (var i = 0; i < scale; i++)
            unit /= 10;
        return low + (unit * random.Below((int)((high - low) / unit) + 1));
    }
}
