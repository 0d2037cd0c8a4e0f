// Consultations: the county asks an expert of the province, live or by documents; what they write to each other, and the signed opinion.

using System.Globalization;

namespace FhirHub.Samples.Region;

/// <summary>Writes consultations in all the states that they can have.</summary>
internal sealed class Consultations(RegionSettings settings, RegionPlan plan, RegionDirectory directory)
{
    private static readonly string[] States =
        ["completed", "scheduled", "completed", "in-progress", "requested", "completed", "accepted", "rejected", "received", "cancelled"];

    private int _next;

    /// <summary>Writes a consultation with all that belongs to it.</summary>
    /// <param name="chart">The patient's chart.</param>
    /// <param name="problem">What it is about.</param>
    /// <param name="condition">The Condition, if it is known already.</param>
    public void Write(Chart chart, Problem problem, string? condition)
    {
        var number = _next++;
        var state = States[number % States.Length];

        // States come round in tens, so the mode changes with each round as well.
        var isLive = (number + (number / States.Length)) % 2 == 0;
        var random = chart.Random;
        var county = chart.Person.Household.Village.Up(Tier.County);
        var host = Doctor.Of(settings, county, problem.DepartmentNumber);
        var expert = Doctor.Of(settings, plan.Province, problem.DepartmentNumber);
        var isOpen = ExchangeTask.RequestStatus(state) == "active";
        var day = settings.Today.AddDays(isOpen ? -random.Between(1, 2) : -random.Between(4, 60));
        var asked = day.At(9 + random.Below(3), 5 * random.Below(12));
        var begun = asked.AddHours(isOpen ? 3 : 26);
        var done = begun.AddMinutes(50);
        var visit = problem.Course == Course.Stay
            ? chart.Encounter(new Visit(host, asked.AddHours(-20), isOpen ? null : asked.AddDays(3)), "IMP", problem.Concept)
            : chart.Encounter(new Visit(host, asked.AddMinutes(-60), asked.AddMinutes(-5)), "AMB", problem.Concept);
        condition ??= chart.Condition(problem, visit, null);
        chart.VitalSigns(visit, problem);
        var document = chart.Document(
            visit, "病历摘要", "34133-9", "Summary of episode note", asked.AddMinutes(-10),
            $"患者{PatientRecords.FullName(chart.Person)}，诊断：{problem.Name}。现用药：{string.Join("、", problem.DrugsFor(chart.Person, visit.Start).Select(static drug => drug.Name))}。会诊目的：明确下一步治疗方案。");
        var request = Request(chart, host, expert, problem, condition, document, state, isLive, asked);
        var outputs = new List<(string Kind, string Reference)>();
        var question = Message(chart, request, host.Role, expert.Role, "question", null, asked.AddMinutes(20), "补充提问：目前方案是否需要调整？是否需要上转？");
        string? appointment = null;
        if (isLive && ExchangeTask.IsScheduled(state))
        {
            var start = ExchangeTask.IsBegun(state) ? begun : directory.Book(expert, isUrgent: false);
            appointment = Appointment(chart, host, expert, request, asked.AddMinutes(60), start, ExchangeTask.AppointmentStatus(state));
            outputs.Add(("appointment", appointment));
        }

        if (ExchangeTask.IsBegun(state))
            Confer(chart, new Meeting(host, expert, request, appointment, begun, ExchangeTask.IsDone(state) ? done : null), problem, condition, document, question, outputs);
        var asking = new Asking("consultation", request, "routine", host, expert);
        var history = ExchangeTask.History(asking, state, asked, begun, done.AddMinutes(15));

        // Where documents are exchanged there is no time to agree on.
        if (!isLive)
            history = state == "scheduled" ? history[..^1] : history.FindAll(static change => change.State != "scheduled");
        ExchangeTask.Write(chart, asking, history, outputs);
    }

    private static string Request(
        Chart chart, Doctor host, Doctor expert, Problem problem, string condition, string document, string state, bool isLive, DateTime asked) =>
        chart.Add("ServiceRequest", "exchange-consultation-request", w =>
        {
            w.Array("extension", e => e.Extension("consultation-mode", v => v.String("valueCode", isLive ? "live" : "documents")));
            w.Single("identifier", i => i.Identify(
                Exchange.Sid("consultation-number"), string.Create(CultureInfo.InvariantCulture, $"{host.Institution.Division}-HZ-{asked:yyyy}-{chart.NumberOf("ServiceRequest")}")));
            w.String("status", ExchangeTask.RequestStatus(state));
            w.String("intent", "order");
            w.Concepts("category", new Concept(null, Exchange.Code("exchange-service", "consultation")));
            w.String("priority", "routine");
            w.Concept("code", new Concept(null, Exchange.Code("requested-service", "remote-consultation")));
            w.Reference("subject", chart.Person.Reference, PatientRecords.FullName(chart.Person));
            w.Instant("authoredOn", asked);
            w.Reference("requester", host.Role, ExchangeTask.Display(host));
            w.References("performer", expert.Institution.Reference, expert.Role);
            w.Concepts("reasonCode", problem.Concept);
            w.References("reasonReference", condition);
            w.References("supportingInfo", document);
            w.Single("note", n =>
            {
                n.Reference("authorReference", host.Practitioner, host.Name.Text);
                n.Instant("time", asked);
                n.String("text", $"{problem.Name}，治疗效果欠佳，请专家会诊，明确下一步方案。");
            });
        });

    private string Appointment(Chart chart, Doctor host, Doctor expert, string request, DateTime created, DateTime start, string status)
    {
        var slot = directory.Slot(expert, $"{expert.Id}-p{chart.Person.Number.ToString(CultureInfo.InvariantCulture)}", start, "busy");
        chart.Written.Add(slot);
        return chart.Add("Appointment", "exchange-consultation-appointment", w =>
        {
            w.String("status", status);
            w.Concepts("serviceType", new Concept(null, Exchange.Code("requested-service", "remote-consultation")));
            w.Concepts("specialty", expert.Department.Concept);
            w.Instant("start", start);
            w.Instant("end", start.AddMinutes(30));
            w.References("slot", $"Slot/{slot.Id}");
            w.Instant("created", created);
            w.References("basedOn", request);
            w.Array("participant", p =>
            {
                foreach (var doctor in new[] { expert, host })
                {
                    p.Item(item =>
                    {
                        item.Reference("actor", doctor.Role, ExchangeTask.Display(doctor));
                        item.String("status", "accepted");
                    });
                }
            });
        });
    }

    private static void Confer(
        Chart chart, Meeting meeting, Problem problem, string condition, string document, string question, List<(string Kind, string Reference)> outputs)
    {
        var encounter = Encounter(chart, meeting, problem);
        if (meeting.Done is not { } done)
            return;
        var opinion = $"同意{problem.Name}的诊断。目前方案可行，暂不需要上转。";
        var advice = $"继续{problem.DrugsFor(chart.Person, done)[0].Name}，两周后复查相关指标；如出现病情变化，立即联系上级医院。";
        Message(chart, meeting.Request, meeting.Expert.Role, meeting.Host.Role, "answer", question, done.AddMinutes(-5), opinion);
        var impression = Impression(chart, meeting, encounter, condition, done, opinion + advice);
        var report = Report(chart, meeting, encounter, done, opinion + advice);
        var signed = Document(chart, meeting, encounter, problem, document, impression, report, done, opinion, advice);
        outputs.Add(("opinion", impression));
        outputs.Add(("opinion", report));
        outputs.Add(("document", signed));
    }

    private static string Encounter(Chart chart, Meeting meeting, Problem problem) => chart.Add("Encounter", "exchange-consultation-encounter", w =>
    {
        w.Array("extension", e => e.Extension("consultation-mode", v => v.String("valueCode", meeting.Appointment is null ? "documents" : "live")));
        w.String("status", meeting.Done is null ? "in-progress" : "finished");
        w.Coding("class", new Coding($"{Exchange.Hl7}/v3-ActCode", "VR", "virtual"));
        w.Reference("subject", chart.Person.Reference, PatientRecords.FullName(chart.Person));
        w.References("basedOn", meeting.Request);
        w.Array("participant", p =>
        {
            p.Item(c => Participant(c, "CON", meeting.Expert));
            p.Item(r => Participant(r, "REF", meeting.Host));
        });
        if (meeting.Appointment is { } appointment)
            w.References("appointment", appointment);
        w.Period("period", meeting.Begun, meeting.Done);
        w.Concepts("reasonCode", problem.Concept);
        w.Reference("serviceProvider", meeting.Expert.Institution.Reference, meeting.Expert.Institution.Name);
    });

    private static void Participant(FhirWriter w, string type, Doctor doctor)
    {
        w.Concepts("type", new Concept(null, Exchange.Hl7Code("v3-ParticipationType", type)));
        w.Reference("individual", doctor.Role, ExchangeTask.Display(doctor));
    }

    private static string Message(Chart chart, string request, string from, string to, string kind, string? answers, DateTime sent, string text) =>
        chart.Add("Communication", "exchange-consultation-message", w =>
        {
            w.References("basedOn", request);
            if (answers is not null)
                w.References("inResponseTo", answers);
            w.String("status", "completed");
            w.Concepts("category", new Concept(null, Exchange.Code("communication-kind", kind)));
            w.Reference("subject", chart.Person.Reference, PatientRecords.FullName(chart.Person));
            w.Instant("sent", sent);
            w.Instant("received", sent.AddMinutes(2));
            w.References("recipient", to);
            w.Reference("sender", from);
            w.Single("payload", p => p.String("contentString", text));
        });

    private static string Impression(Chart chart, Meeting meeting, string encounter, string condition, DateTime done, string text) =>
        chart.Add("ClinicalImpression", "exchange-consultation-impression", w =>
        {
            w.String("status", "completed");
            w.Reference("subject", chart.Person.Reference, PatientRecords.FullName(chart.Person));
            w.Reference("encounter", encounter);
            w.Instant("effectiveDateTime", done.AddMinutes(-10));
            w.Instant("date", done.AddMinutes(-8));
            w.Reference("assessor", meeting.Expert.Role, ExchangeTask.Display(meeting.Expert));
            w.References("problem", condition);
            w.String("summary", text);
            w.References("supportingInfo", meeting.Request);
        });

    private static string Report(Chart chart, Meeting meeting, string encounter, DateTime done, string text) =>
        chart.Add("DiagnosticReport", "exchange-consultation-report", w =>
        {
            w.Single("identifier", i => i.Identify(Exchange.Sid("report-number"), $"{meeting.Expert.Institution.Division}HZ{chart.NumberOf("DiagnosticReport")}"));
            w.References("basedOn", meeting.Request);
            w.String("status", "final");
            w.Concepts("category", new Concept("会诊", Exchange.Code("exchange-service", "consultation")));
            w.Concept("code", new Concept("会诊报告", new Coding(Exchange.Loinc, "11488-4", "Consult note")));
            w.Reference("subject", chart.Person.Reference, PatientRecords.FullName(chart.Person));
            w.Reference("encounter", encounter);
            w.Instant("effectiveDateTime", meeting.Begun);
            w.Instant("issued", done);
            w.References("performer", meeting.Expert.Institution.Reference);
            w.References("resultsInterpreter", meeting.Expert.Role);
            w.String("conclusion", text);
        });

    private static string Document(
        Chart chart, Meeting meeting, string encounter, Problem problem, string document, string impression, string report, DateTime done, string opinion, string advice) =>
        chart.Add("Composition", "exchange-consultation-document", w =>
        {
            w.Object("identifier", i => i.Identify(Exchange.Sid("document-number"), $"{meeting.Expert.Institution.Division}WS{chart.NumberOf("Composition")}"));
            w.String("status", "final");
            w.Concept("type", new Concept("会诊记录", new Coding(Exchange.Loinc, "11488-4", "Consult note")));
            w.Reference("subject", chart.Person.Reference, PatientRecords.FullName(chart.Person));
            w.Reference("encounter", encounter);
            w.Instant("date", done.AddMinutes(5));
            w.References("author", meeting.Expert.Role);
            w.String("title", "远程会诊记录");
            w.Array("attester", a =>
            {
                a.Item(p => Attester(p, "professional", meeting.Expert.Role, done.AddMinutes(8)));
                a.Item(p => Attester(p, "legal", meeting.Expert.Institution.Reference, done.AddMinutes(12)));
            });
            w.Reference("custodian", meeting.Expert.Institution.Reference, meeting.Expert.Institution.Name);
            w.Single("event", e =>
            {
                e.Period("period", meeting.Begun, done);
                e.References("detail", meeting.Request);
            });
            w.Array("section", sections =>
            {
                sections.Item(s => Section(s, "会诊原因", "42349-1", "Reason for referral (narrative)", $"{problem.Name}，治疗效果欠佳，请求会诊。"));
                sections.Item(s => Section(s, "所见", "30954-2", "Relevant diagnostic tests/laboratory data Narrative", "病历资料已阅，生命体征及化验结果见共享档案。", document));
                sections.Item(s => Section(s, "会诊意见", "51848-0", "Evaluation note", opinion, impression, report));
                sections.Item(s => Section(s, "建议", "18776-5", "Plan of care note", advice));
            });
        });

    private static void Attester(FhirWriter w, string mode, string party, DateTime time)
    {
        w.String("mode", mode);
        w.Instant("time", time);
        w.Reference("party", party);
    }

    private static void Section(FhirWriter w, string title, string loinc, string loincName, string text, params string[] entries)
    {
        w.String("title", title);
        w.Concept("code", new Concept(null, new Coding(Exchange.Loinc, loinc, loincName)));
        w.Object("text", t =>
        {
            t.String("status", "generated");
            t.String("div", $"<div xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"zh-CN\"><p>{text}</p></div>");
        });
        if (entries.Length > 0)
            w.References("entry", entries);
    }

    private sealed record Meeting(Doctor Host, Doctor Expert, string Request, string? Appointment, DateTime Begun, DateTime? Done);
}
