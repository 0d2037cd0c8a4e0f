// What is ordered of the imaging department: the order, whose accession number the images bear.

namespace FhirHub.Samples.Region;

internal sealed partial class Chart
{
    /// <summary>The examinations that were ordered.</summary>
    public List<ImagingOrder> ImagingOrders { get; } = [];

    /// <summary>Orders what the problem makes worth looking at, if there is such.</summary>
    /// <param name="visit">Where.</param>
    /// <param name="problem">Why.</param>
    public void OrderImages(Visit visit, Problem problem)
    {
        if (!visit.Institution.IsHospital || person.AgeOn(DateOnly.FromDateTime(visit.Start)) < 14)
            return;
        var start = visit.Start.AddMinutes(20);
        foreach (var examination in Examination.For(problem))
        {
            OrderImages(visit, problem, examination, start);
            start = start.AddMinutes(30);
        }
    }

    private void OrderImages(Visit visit, Problem problem, Examination examination, DateTime start)
    {
        var accession = "";
        Add("ServiceRequest", null, w =>
        {
            accession = $"RIS{NumberOf("ServiceRequest")}";
            w.Single("identifier", i =>
            {
                i.Concept("type", new Concept(null, new Coding($"{Exchange.Hl7}/v2-0203", "ACSN", "Accession ID")));
                i.Identify(Exchange.Sid("accession-number"), accession);
                i.Reference("assigner", visit.Institution.Reference, visit.Institution.Name);
            });
            w.String("status", "completed");
            w.String("intent", "order");
            w.Concepts("category", new Concept(null, new Coding("http://snomed.info/sct", "363679005", "Imaging")));
            w.Concept("code", new Concept(examination.Name, new Coding(Exchange.Loinc, examination.Loinc, examination.LoincName)));
            w.Reference("subject", person.Reference, PatientRecords.FullName(person));
            w.Reference("encounter", visit.Encounter);
            w.Instant("occurrenceDateTime", start);
            w.Instant("authoredOn", visit.Start.AddMinutes(8));
            w.Reference("requester", visit.Doctor.Role, visit.Doctor.Name.Text);
            w.References("performer", visit.Institution.Reference);
            w.Concepts("reasonCode", problem.Concept);
        });
        ImagingOrders.Add(new ImagingOrder(examination, person, visit, accession, start));
    }
}
