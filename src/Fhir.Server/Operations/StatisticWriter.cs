// A group of values as the Observation that holds its statistics.

using System.Text.Json;
using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>Writes the out parameter <c>statistics</c> (R4 observation-operation-stats.html).</summary>
internal sealed class StatisticWriter(Utf8JsonWriter json, string subject, DateRange period)
{
    private const double MicrosecondsPerHour = 3_600_000_000;

    /// <summary>Writes an Observation with a component for each statistic.</summary>
    public void Write(StatisticGroup group, IReadOnlyList<Statistic> statistics)
    {
        var scale = StatisticScale.Of(group.Samples);
        var times = scale.Samples.Where(s => s.Time != long.MinValue).ToList();

        // The regression's axis starts with the period, so that its intercept is the value there.
        var origin = period.Low != long.MinValue ? period.Low : times.Count > 0 ? times.Min(s => s.Time) : 0;
        var values = new StatisticValues(
            [.. scale.Samples.Select(s => s.Value).Order()],
            times.ConvertAll(s => ((s.Time - origin) / MicrosecondsPerHour, (double)s.Value)),
            group.Total);

        json.WriteStartObject();
        json.WriteString("resourceType", "Observation");
        json.WriteString("status", "final");
        json.WriteStartObject("code");
        WriteCoding(group.Code.System, group.Code.Code, group.Display);
        json.WriteEndObject();
        json.WriteStartObject("subject");
        json.WriteString("reference", subject);
        json.WriteEndObject();
        WritePeriod();
        if (scale.Others > 0)
        {
            json.WriteStartArray("note");
            json.WriteStartObject();
            json.WriteString("text", $"{scale.Others} of the values have units that can't be converted to {scale.Unit}; they count in total-count only.");
            json.WriteEndObject();
            json.WriteEndArray();
        }

        json.WriteStartArray("component");
        foreach (var statistic in statistics)
        {
            foreach (var result in statistic.Compute(values))
                WriteComponent(statistic, result, scale);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteComponent(Statistic statistic, StatisticResult result, StatisticScale scale)
    {
        json.WriteStartObject();
        json.WriteStartObject("code");
        WriteCoding(Statistic.System, statistic.Code, statistic.Display);
        if (result.Label is not null)
            json.WriteString("text", result.Label);
        json.WriteEndObject();
        if (result.Value is not { } value)
        {
            json.WriteStartObject("dataAbsentReason");
            WriteCoding("http://terminology.hl7.org/CodeSystem/data-absent-reason", "not-applicable", "Not Applicable");
            json.WriteEndObject();
        }
        else
        {
            WriteQuantity(value, result.Unit, scale);
        }

        json.WriteEndObject();
    }

    private void WriteQuantity(decimal value, StatisticUnit kind, StatisticScale scale)
    {
        var (unit, label) = kind switch
        {
            StatisticUnit.Count or StatisticUnit.None => ("1", null),
            StatisticUnit.Square => ($"({scale.Unit}).({scale.Unit})", $"({scale.Label})²"),
            StatisticUnit.PerHour => ($"({scale.Unit})/h", $"({scale.Label})/h"),
            _ => (scale.Unit!, scale.Label),
        };
        json.WriteStartObject("valueQuantity");
        json.WriteNumber("value", value);
        if (label is not null)
            json.WriteString("unit", label);

        // Degrees can't be multiplied; then the unit is there to be read only.
        if (Ucum.IsValid(unit))
        {
            json.WriteString("system", Ucum.System);
            json.WriteString("code", unit);
        }

        json.WriteEndObject();
    }

    private void WriteCoding(string? system, string code, string? display)
    {
        json.WriteStartArray("coding");
        json.WriteStartObject();
        if (system is not null)
            json.WriteString("system", system);
        json.WriteString("code", code);
        if (display is not null)
            json.WriteString("display", display);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private void WritePeriod()
    {
        if (period == DateRange.Open)
            return;
        json.WriteStartObject("effectivePeriod");
        if (period.Low != long.MinValue)
            json.WriteString("start", Text(period.Low));
        if (period.High != long.MaxValue)
            json.WriteString("end", Text(period.High));
        json.WriteEndObject();
    }

    private static string Text(long microseconds) => ResourceBody.FormatInstant(DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond));
}
