// What happens to people over the years: where they are seen, what is found, and when they are referred.

namespace FhirHub.Samples.Region;

/// <summary>Tells the story of each patient.</summary>
internal sealed class Care(
    RegionSettings settings, RegionPlan plan, FhirWriter writer, RegionDirectory directory, PatientRecords patients, Action<ImagingOrder>? ordered = null)
{
    private readonly Referrals _referrals = new(settings, directory);
    private readonly Consultations _consultations = new(settings, plan, directory);

    /// <summary>The resources of a patient.</summary>
    public IEnumerable<RegionResource> Of(Person person)
    {
        var random = SplitMix64.Of(settings.Seed, "care", person.Number);
        var chart = new Chart(writer, person, random);
        var age = person.AgeOn(settings.Today);
        var village = person.Household.Village;
        var familyDoctor = Doctor.Of(settings, village, 0);
        var problems = Problem.All.Where(problem => problem.Affects(person, age, random)).ToList();
        var institutions = new List<Institution> { village.Up(Tier.Township), village.Up(Tier.County) };
        var subject = Subject(problems);
        var exchange = subject is null ? Exchanged.Nothing : Choose(random);
        if (exchange == Exchanged.Transfer)
            institutions.Add(village.Up(Tier.City));
        yield return patients.Patient(person, institutions, familyDoctor);
        foreach (var relative in patients.Relatives(person))
            yield return relative;
        yield return patients.Coverage(person);

        if (age < 7)
            chart.ChildVaccinations(Doctor.Of(settings, village.Up(Tier.Township), 2), settings.Today);
        if (age >= 60 && random.Chance(45))
            chart.Vaccinate(Doctor.Of(settings, village.Up(Tier.Township), 2), new Concept("流感疫苗", new Coding(Exchange.Atc, "J07BB02")), settings.Today.AddDays(-random.Between(20, 70)), 1);
        if (random.Chance(60))
            CheckUp(chart, village, age);

        // What is acute is found where the referral or consultation begins.
        string? condition = null;
        foreach (var problem in problems)
        {
            var isNew = problem == subject && exchange != Exchanged.Nothing && problem.IsAcute;
            var found = isNew ? null : Treat(chart, problem, village);
            if (problem == subject)
                condition = found;
        }

        if (exchange == Exchanged.Consultation)
            _consultations.Write(chart, subject!, condition);
        else if (exchange != Exchanged.Nothing)
            _referrals.Write(chart, subject!, condition, exchange);

        foreach (var order in chart.ImagingOrders)
            ordered?.Invoke(order);
        foreach (var resource in chart.Written)
            yield return resource;
    }

    // Nobody is sent to another institution for a cold.
    private static Problem? Subject(List<Problem> problems) =>
        problems.LastOrDefault(static problem => problem.Course == Course.Stay)
        ?? problems.FirstOrDefault(static problem => problem.Course is Course.Chronic or Course.Pregnancy || problem.DepartmentNumber == Department.Orthopaedics);

    private static Exchanged Choose(SplitMix64 random) => random.Below(100) switch
    {
        < 38 => Exchanged.Up,
        < 52 => Exchanged.Down,
        < 64 => Exchanged.Transfer,
        < 84 => Exchanged.Consultation,
        _ => Exchanged.Nothing,
    };

    // A yearly check-up at the health centre.
    private void CheckUp(Chart chart, Institution village, int age)
    {
        var day = settings.Today.AddDays(-chart.Random.Between(30, 400));
        if (chart.Person.Born > day.AddDays(-30))
            return;
        var start = day.At(8 + chart.Random.Below(3), 10 * chart.Random.Below(6));
        var doctor = Doctor.Of(settings, village.Up(Tier.Township), 0);
        var visit = chart.Encounter(new Visit(doctor, start, start.AddMinutes(30)), "AMB", new Concept("健康体检"));
        chart.Measures(visit);
        if (chart.Random.Chance(12))
            chart.Allergy(visit);
    }

    private string Treat(Chart chart, Problem problem, Institution village) => problem.Course switch
    {
        Course.Chronic => Follow(chart, problem, village, chart.Random.Between(400, 1400), 150),
        Course.Pregnancy => Follow(chart, problem, village, chart.Random.Between(60, 200), 40),
        Course.Stay => Stay(chart, problem, village),
        _ => See(chart, problem, village),
    };

    // Found at the county's hospital, followed in the village.
    private string Follow(Chart chart, Problem problem, Institution village, int daysAgo, int interval)
    {
        var day = settings.Today.AddDays(-daysAgo);
        var start = WorkingDay(day).At(9 + chart.Random.Below(6), 10 * chart.Random.Below(6));
        var visit = chart.Encounter(new Visit(Doctor.Of(settings, village.Up(Tier.County), problem.DepartmentNumber), start, start.AddMinutes(25)), "AMB", problem.Concept);
        var condition = chart.Condition(problem, visit, null);
        chart.VitalSigns(visit, problem);
        chart.LaboratoryReport(visit, problem);
        chart.OrderImages(visit, problem);
        chart.Prescribe(visit, problem, condition, 30);
        for (day = day.AddDays(interval); day < settings.Today.AddDays(-7); day = day.AddDays(interval))
        {
            var isYearly = chart.Random.Chance(25);
            var doctor = Doctor.Of(settings, village.Up(isYearly ? Tier.Township : Tier.Village), 0);
            start = WorkingDay(day.AddDays(chart.Random.Below(6))).At(8 + chart.Random.Below(8), 10 * chart.Random.Below(6));
            visit = chart.Encounter(new Visit(doctor, start, start.AddMinutes(15)), "AMB", problem.Concept);
            chart.VitalSigns(visit, problem);
            if (isYearly)
                chart.LaboratoryReport(visit, problem);
            if (chart.Random.Chance(50))
                chart.Prescribe(visit, problem, condition, 90);
        }

        chart.Takes(visit, problem, condition, settings.Today.AddDays(-daysAgo));
        return condition;
    }

    private string Stay(Chart chart, Problem problem, Institution village)
    {
        var days = chart.Random.Between(5, 12);
        var start = settings.Today.AddDays(-chart.Random.Between(days + 12, 700)).At(7 + chart.Random.Below(14), 10 * chart.Random.Below(6));
        if (start < chart.Person.Born.At(0).AddDays(20))
            return See(chart, problem, village);
        var doctor = Doctor.Of(settings, village.Up(Tier.County), problem.DepartmentNumber);
        var visit = chart.Encounter(new Visit(doctor, start, start.AddDays(days)), "IMP", problem.Concept);
        var condition = chart.Condition(problem, visit, visit.End);
        chart.VitalSigns(visit, problem);
        chart.LaboratoryReport(visit, problem);
        chart.OrderImages(visit, problem);
        chart.Prescribe(visit, problem, condition, days);
        chart.Document(visit, "出院小结", "18842-5", "Discharge summary", visit.End!.Value, DischargeSummary(chart.Person, problem, visit.Start, days));
        chart.Claim(visit, problem, days);
        return condition;
    }

    private string See(Chart chart, Problem problem, Institution village)
    {
        var earliest = Math.Min(500, settings.Today.DayNumber - chart.Person.Born.DayNumber);
        var start = WorkingDay(settings.Today.AddDays(-chart.Random.Between(Math.Min(9, earliest), earliest))).At(8 + chart.Random.Below(9), 10 * chart.Random.Below(6));
        var tier = chart.Random.Chance(60) ? Tier.Township : Tier.County;
        var doctor = Doctor.Of(settings, village.Up(tier), tier == Tier.County ? problem.DepartmentNumber : 0);
        var visit = chart.Encounter(new Visit(doctor, start, start.AddMinutes(20)), "AMB", problem.Concept);
        var condition = chart.Condition(problem, visit, start.AddDays(7));
        chart.VitalSigns(visit, problem);
        if (chart.Random.Chance(50))
            chart.LaboratoryReport(visit, problem);
        chart.Prescribe(visit, problem, condition, 5);
        if (chart.Random.Chance(40))
            chart.Claim(visit, problem, 5);
        if (problem.Icd == "T14.1")
        {
            var nurse = Doctor.Of(settings, village.Up(Tier.Township), 2);
            chart.Vaccinate(nurse, new Concept("狂犬病疫苗", new Coding(Exchange.Atc, "J07BG01")), DateOnly.FromDateTime(start), 1);
            chart.Vaccinate(nurse, new Concept("狂犬病疫苗", new Coding(Exchange.Atc, "J07BG01")), DateOnly.FromDateTime(start).AddDays(3), 2);
        }

        return condition;
    }

    /// <summary>What the hospital writes at the end of a stay.</summary>
    public static string DischargeSummary(Person person, Problem problem, DateTime admitted, int days) =>
        $"患者{PatientRecords.FullName(person)}，因{problem.Name}住院{days}天。入院后完善检查，给予{string.Join("、", problem.DrugsFor(person, admitted).Select(static drug => drug.Name))}治疗，"
        + "症状好转，生命体征平稳，准予出院。出院医嘱：按时服药，两周后门诊复查，不适随诊。";

    private DateOnly WorkingDay(DateOnly day)
    {
        var working = day.DayOfWeek switch { DayOfWeek.Saturday => day.AddDays(2), DayOfWeek.Sunday => day.AddDays(1), _ => day };
        return working > settings.Today ? settings.Today : working;
    }
}

/// <summary>What of a patient's story goes through the exchange.</summary>
internal enum Exchanged
{
    Nothing,
    Up,
    Down,
    Transfer,
    Consultation,
}
