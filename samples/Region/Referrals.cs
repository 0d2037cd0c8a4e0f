// Referrals: up to the hospital that can help, down to the health centre that goes on, across for an examination; and the way back.

using System.Globalization;

namespace FhirHub.Samples.Region;

/// <summary>Writes referrals in all the states that they can have.</summary>
internal sealed class Referrals(RegionSettings settings, RegionDirectory directory)
{
    // In turn, so that a small region has all of them too.
    private static readonly string[] States =
        ["returned", "scheduled", "completed", "requested", "in-progress", "returned", "accepted", "rejected", "received", "cancelled", "returned", "scheduled"];

    private int _next;

    /// <summary>Writes a referral with all that belongs to it.</summary>
    /// <param name="chart">The patient's chart.</param>
    /// <param name="problem">What it is about.</param>
    /// <param name="condition">The Condition, if it is known already.</param>
    /// <param name="kind">Which way.</param>
    public void Write(Chart chart, Problem problem, string? condition, Exchanged kind)
    {
        var state = States[_next++ % States.Length];
        var random = chart.Random;
        var village = chart.Person.Household.Village;
        var (from, to, direction, service, reason) = Choose(village, problem, kind, random);

        var isGreen = kind == Exchanged.Up && problem.GreenChannel is not null;
        var priority = isGreen ? "stat" : problem.Course == Course.Stay ? "urgent" : "routine";

        // What is still open was asked for in the last days, what can't wait today.
        var isOpen = ExchangeTask.RequestStatus(state) == "active";
        var isUrgent = isOpen && priority != "routine";
        var day = settings.Today.AddDays(isUrgent ? 0 : isOpen ? -random.Between(1, 3) : -random.Between(5, 9));
        var asked = day.At(9 + random.Below(3), 5 * random.Below(12));
        var begun = asked.AddHours(isOpen ? 4 : 24);
        var done = begun.AddHours(kind == Exchanged.Up ? 48 : 5);

        var isStay = kind == Exchanged.Down && problem.Course == Course.Stay;
        var visit = isStay
            ? chart.Encounter(new Visit(from, asked.AddDays(-8), asked.AddMinutes(5)), "IMP", problem.Concept)
            : chart.Encounter(new Visit(from, asked.AddMinutes(-30), asked.AddMinutes(5)), "AMB", problem.Concept);
        condition ??= chart.Condition(problem, visit, null);
        chart.VitalSigns(visit, problem);
        if (isStay)
        {
            chart.LaboratoryReport(visit, problem);
            chart.Document(visit, "出院小结", "18842-5", "Discharge summary", visit.End!.Value, Care.DischargeSummary(chart.Person, problem, visit.Start, 8));
            chart.Claim(visit, problem, 8);
        }

        var request = Request(chart, new Order(from, to, direction, service, reason, priority, ExchangeTask.RequestStatus(state), asked), problem, condition, isGreen, visit.Encounter);
        var outputs = new List<(string Kind, string Reference)>();
        if (ExchangeTask.IsScheduled(state))
        {
            var start = ExchangeTask.IsBegun(state) ? begun : directory.Book(to, isUrgent);
            outputs.Add(("appointment", Appointment(chart, to, service, request, asked.AddMinutes(60), start, ExchangeTask.AppointmentStatus(state))));
        }

        if (ExchangeTask.IsBegun(state))
            Treat(chart, to, problem, condition, request, begun, ExchangeTask.IsDone(state) ? done : null);
        if (state == "returned")
            outputs.Add(("return", Return(chart, from, to, problem, request, done.AddMinutes(20))));
        var asking = new Asking("referral", request, priority, from, to);
        ExchangeTask.Write(chart, asking, ExchangeTask.History(asking, state, asked, begun, done), outputs);
    }

    private (Doctor From, Doctor To, string Direction, string Service, string Reason) Choose(Institution village, Problem problem, Exchanged kind, SplitMix64 random)
    {
        var county = village.Up(Tier.County);
        switch (kind)
        {
            case Exchanged.Down:
                var service = problem.Course == Course.Stay ? "rehabilitation" : "follow-up";
                return (Of(county, problem.DepartmentNumber), Of(village.Up(Tier.Township), service == "rehabilitation" ? 1 : 0), "down", service,
                    service == "rehabilitation" ? "rehabilitation" : "chronic-disease-management");
            case Exchanged.Transfer:
                return (Of(county, problem.DepartmentNumber), Of(village.Up(Tier.City), Department.Imaging), "transfer", "examination", "examination");
            default:
                var from = random.Chance(50) ? Of(village, 0) : Of(village.Up(Tier.Township), 0);
                return (from, Of(county, problem.DepartmentNumber), "up", problem.Course == Course.Stay ? "inpatient" : "outpatient",
                    problem.Course == Course.Stay ? "treatment" : "diagnosis");
        }
    }

    private Doctor Of(Institution institution, int number) => Doctor.Of(settings, institution, number);

    private static string Request(Chart chart, Order order, Problem problem, string condition, bool isGreen, string encounter) =>
        chart.Add("ServiceRequest", "exchange-referral", w =>
        {
            if (isGreen)
                w.Array("extension", e => e.Extension("green-channel", v => v.Concept("valueCodeableConcept", new Concept(null, Exchange.Code("green-channel", problem.GreenChannel!)))));
            Begin(w, chart, order, null);
            w.Reference("encounter", encounter);
            w.Instant("authoredOn", order.Asked);
            Parties(w, order);
            w.Concepts("reasonCode", new Concept(null, Exchange.Code("referral-reason", order.Reason)), problem.Concept);
            w.References("reasonReference", condition);
            Note(w, order.From, order.Asked, order.Direction switch
            {
                "up" => $"{problem.Name}，本院条件有限，请上级医院进一步诊治。既往史和近期用药见共享档案。",
                "down" => $"{problem.Name}，病情稳定，请基层继续管理并按计划随访。",
                _ => $"{problem.Name}，请协助完成影像检查，报告回传本院。",
            });
        });

    private static string Return(Chart chart, Doctor from, Doctor to, Problem problem, string request, DateTime written)
    {
        // Who was sent down goes back up; the direction is that of the way back.
        var isDown = from.Institution.Tier > to.Institution.Tier;
        var order = new Order(to, from, isDown ? "down" : "up", "follow-up", isDown ? "chronic-disease-management" : "treatment", "routine", "active", written);
        return chart.Add("ServiceRequest", "exchange-referral-return", w =>
        {
            Begin(w, chart, order, request);
            w.Instant("authoredOn", written);
            Parties(w, order);
            w.Concepts("reasonCode", new Concept(null, Exchange.Code("referral-reason", order.Reason)), problem.Concept);
            Note(w, to, written, isDown
                ? $"{problem.Name}已在我院诊治，目前病情平稳。请按出院医嘱继续用药，两周内随访一次，如有加重请再次上转。"
                : $"{problem.Name}在我院的康复和随访已结束，目前病情平稳。请贵院复诊评估后续治疗。");
        });
    }

    private static void Begin(FhirWriter w, Chart chart, Order order, string? basedOn)
    {
        w.Single("identifier", i => i.Identify(
            Exchange.Sid("referral-number"), string.Create(CultureInfo.InvariantCulture, $"{order.From.Institution.Division}-{order.Asked:yyyy}-{chart.NumberOf("ServiceRequest")}")));
        if (basedOn is not null)
            w.References("basedOn", basedOn);
        w.String("status", order.Status);
        w.String("intent", "order");
        w.Concepts(
            "category",
            new Concept(null, Exchange.Code("exchange-service", "referral")),
            new Concept(null, Exchange.Code("referral-direction", order.Direction)));
        w.String("priority", order.Priority);
        w.Concept("code", new Concept(null, Exchange.Code("requested-service", order.Service)));
        w.Reference("subject", chart.Person.Reference, PatientRecords.FullName(chart.Person));
    }

    private static void Parties(FhirWriter w, Order order)
    {
        w.Reference("requester", order.From.Role, ExchangeTask.Display(order.From));
        w.Array("performer", p =>
        {
            p.Item(o =>
            {
                o.String("reference", order.To.Institution.Reference);
                o.String("display", order.To.Institution.Name);
            });
            if (order.To.Institution.Tier != Tier.Village)
                p.Item(s => s.String("reference", order.To.Service));
        });
    }

    private static void Note(FhirWriter w, Doctor author, DateTime time, string text) => w.Single("note", n =>
    {
        n.Reference("authorReference", author.Practitioner, author.Name.Text);
        n.Instant("time", time);
        n.String("text", text);
    });

    private string Appointment(Chart chart, Doctor doctor, string service, string request, DateTime created, DateTime start, string status)
    {
        // Health centres have no schedules.
        string? slot = null;
        if (doctor.Institution.IsHospital)
        {
            var written = directory.Slot(doctor, $"{doctor.Id}-p{chart.Person.Number.ToString(CultureInfo.InvariantCulture)}", start, "busy");
            chart.Written.Add(written);
            slot = $"Slot/{written.Id}";
        }

        return chart.Add("Appointment", "exchange-referral-appointment", w =>
        {
            w.String("status", status);
            w.Concepts("serviceType", new Concept(null, Exchange.Code("requested-service", service)));
            w.Concepts("specialty", doctor.Department.Concept);
            w.Instant("start", start);
            w.Instant("end", start.AddMinutes(30));
            if (slot is not null)
                w.References("slot", slot);
            w.Instant("created", created);
            w.String("patientInstruction", "请携带身份证和社会保障卡，提前十五分钟到分诊台。");
            w.References("basedOn", request);
            w.Array("participant", p =>
            {
                Participant(p, chart.Person.Reference, PatientRecords.FullName(chart.Person));
                Participant(p, doctor.Role, ExchangeTask.Display(doctor));
            });
        });
    }

    private static void Participant(FhirWriter w, string reference, string display) => w.Item(p =>
    {
        p.Reference("actor", reference, display);
        p.String("status", "accepted");
    });

    private static void Treat(Chart chart, Doctor doctor, Problem problem, string condition, string request, DateTime begun, DateTime? done)
    {
        var visit = chart.Encounter(new Visit(doctor, begun, done), problem.Course == Course.Stay && done - begun > TimeSpan.FromHours(20) ? "IMP" : "AMB", problem.Concept, w => w.References("basedOn", request));
        chart.VitalSigns(visit, problem);
        if (doctor.Department.Specialty == "32")
            return;
        chart.LaboratoryReport(visit, problem);
        chart.Prescribe(visit, problem, condition, 14);
    }

    private sealed record Order(Doctor From, Doctor To, string Direction, string Service, string Reason, string Priority, string Status, DateTime Asked);
}
