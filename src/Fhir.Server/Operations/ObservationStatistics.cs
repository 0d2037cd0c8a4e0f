// Observation/$stats: statistics over the measurements of a subject.

using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>
/// <c>Observation/$stats</c> (R4 observation-operation-stats.html). Values of different units are converted to the one that most
/// have; what has no UCUM quantity counts in <c>total-count</c> only.
/// </summary>
public static class ObservationStatistics
{
    private const int MaxObservations = 50_000;
    private const int MaxHours = 24 * 366 * 200;

    /// <summary>The operation.</summary>
    public static Operation Operation { get; } =
        Operation.OfR4("Observation-stats", "stats", OperationLevels.Type, ["Observation"], AnswerAsync);

    private static async ValueTask<FhirAnswer> AnswerAsync(FhirCall call, CancellationToken cancel)
    {
        var input = OperationInput.Read(call, Operation.Parameters);
        var codes = CodesOf(input);
        var statistics = StatisticsOf(input);
        var period = PeriodOf(input, call.Server.Clock);
        var samples = new StatisticSamples(call, codes, period);
        var query = new SearchQuery
        {
            ResourceTypes = ["Observation"],
            Expression = Condition(call, input.Text("subject")!, codes, period),
            Count = call.Server.Options.Limits.MaxPageSize,
        };
        await foreach (var version in call.Server.Store.MatchesAsync(call.Scope, query, cancel))
        {
            await samples.AddAsync(version, cancel);
            if (samples.Sources.Count > MaxObservations)
                throw new RefusedException(400, "too-costly", $"$stats looks at up to {MaxObservations:N0} observations, and there are more; ask for a shorter period.");
        }

        try
        {
            return Answer(input, samples, statistics, period);
        }
        catch (OverflowException)
        {
            throw new RefusedException(422, "not-supported", "The values are too large to compute with.");
        }
    }

    private static List<StatisticCode> CodesOf(OperationInput input)
    {
        var system = input.Text("system");
        var codes = input.Values("code").Select(v => new StatisticCode(system, v.Text!)).ToList();
        foreach (var coding in input.Values("coding"))
        {
            if (coding.Node.Exists && coding.Node.ChildValue("code") is { } code)
                codes.Add(new StatisticCode(coding.Node.ChildValue("system"), code));
            else if (coding.Text is { } token && token.LastIndexOf('|') is var bar)
                codes.Add(bar < 0 ? new StatisticCode(null, token) : new StatisticCode(token[..bar], token[(bar + 1)..]));
            else
                throw new RefusedException(400, "value", "A coding needs a code.");
        }

        return codes.Count > 0
            ? [.. codes.Distinct()]
            : throw new RefusedException(400, "required", "$stats needs to know which observations: give code (with system) or coding.");
    }

    private static List<Statistic> StatisticsOf(OperationInput input)
    {
        var statistics = new List<Statistic>();
        foreach (var code in input.List("statistic"))
        {
            statistics.Add(Statistic.Find(code) ?? throw new RefusedException(
                400, "value", $"There is no statistic '{(code.Length <= 64 ? code : code[..64])}'; there are {string.Join(", ", Statistic.All.Select(s => s.Code))}."));
        }

        return [.. statistics.Distinct()];
    }

    private static DateRange PeriodOf(OperationInput input, TimeProvider clock)
    {
        var given = input.Values("period");
        if (input.Text("duration") is { } duration)
        {
            if (given.Count > 0)
                throw new RefusedException(400, "invalid", "duration and period exclude each other; send one of them.");
            if (!decimal.TryParse(duration, NumberStyles.Float, CultureInfo.InvariantCulture, out var hours) || hours <= 0 || hours > MaxHours)
                throw new RefusedException(400, "value", $"duration is a number of hours, greater than 0 and up to {MaxHours}.");
            var now = DateRange.Of(clock.GetUtcNow());
            return new DateRange(now - (long)(hours * 3_600_000_000m), now);
        }

        return given.Count == 0 ? DateRange.Open : new DateRange(
            DateRange.TryParse(given[0].Node.Child("start"), out var start) ? start.Low : long.MinValue,
            DateRange.TryParse(given[0].Node.Child("end"), out var end) ? end.High : long.MaxValue);
    }

    private static SearchExpression.And Condition(FhirCall call, string subject, List<StatisticCode> codes, DateRange period)
    {
        var registry = call.Server.SearchParameters;
        var target = new LiteralReferences([call.BaseUrl, .. call.Server.Options.BaseUrls]).TryResolve(subject, out var key)
            ? new ReferencePredicate(key.Type, key.Id, null)
            : new ReferencePredicate(null, null, subject);
        var code = registry.Find("Observation", "combo-code")!;
        var anyCode = codes.ConvertAll<SearchExpression>(c => new SearchExpression.Parameter(code, new TokenPredicate(c.System, c.Code)));
        var parts = new List<SearchExpression>
        {
            new SearchExpression.Parameter(registry.Find("Observation", "subject")!, target),
            anyCode.Count == 1 ? anyCode[0] : new SearchExpression.Or(anyCode),
            new SearchExpression.Not(new SearchExpression.Parameter(registry.Find("Observation", "status")!, new TokenPredicate(null, "entered-in-error"))),
        };
        var date = registry.Find("Observation", "date")!;
        if (period.High != long.MaxValue)
            parts.Add(new SearchExpression.Parameter(date, new RangePredicate(SearchPrefix.Lt, period.High + 1, period.High + 1)));
        if (period.Low != long.MinValue)
            parts.Add(new SearchExpression.Parameter(date, new RangePredicate(SearchPrefix.Gt, period.Low - 1, period.Low - 1)));
        return new SearchExpression.And(parts);
    }

    private static FhirAnswer Answer(OperationInput input, StatisticSamples samples, List<Statistic> statistics, DateRange period)
    {
        var times = samples.Sources.Values.Select(s => s.Time).Where(t => t != long.MinValue).ToList();
        var shown = period == DateRange.Open && times.Count > 0 ? new DateRange(times.Min(), times.Max()) : period;
        var output = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("resourceType", "Parameters");
            json.WriteStartArray("parameter");
            foreach (var group in samples.Groups)
            {
                json.WriteStartObject();
                json.WriteString("name", "statistics");
                json.WritePropertyName("resource");
                new StatisticWriter(json, input.Text("subject")!, shown).Write(group, statistics);
                json.WriteEndObject();
            }

            if (input.Boolean("include"))
                WriteSources(json, samples, input.Integer("limit") ?? int.MaxValue);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return new FhirAnswer(200) { Json = output.WrittenMemory };
    }

    // Where there are more than were asked for, the most recent are the ones to look at.
    private static void WriteSources(Utf8JsonWriter json, StatisticSamples samples, int limit)
    {
        foreach (var (version, _) in samples.Sources.Values.OrderByDescending(s => s.Time).Take(limit))
        {
            json.WriteStartObject();
            json.WriteString("name", "source");
            json.WritePropertyName("resource");
            json.WriteRawValue(version.Body.ToArray(version), skipInputValidation: true);
            json.WriteEndObject();
        }
    }
}
