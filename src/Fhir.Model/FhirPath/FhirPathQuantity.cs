// Quantities: UCUM units and calendar durations (FHIRPath N1, "Quantity"; R4 fhirpath.html#quantity).

using System.Globalization;

namespace FhirHub.Model.FhirPath;

internal static class FhirPathQuantity
{
    private const string Ucum = "http://unitsofmeasure.org";

    /// <summary>True for Quantity and what is derived from it (Age, Duration, Money is not).</summary>
    public static bool IsQuantity(TypeDefinition type)
    {
        for (var t = type; t is not null; t = t.Base)
        {
            if (t.Name == "Quantity")
                return true;
        }

        return false;
    }

    /// <summary>
    /// The System.Quantity of a FHIR Quantity, or <c>default</c> without a value or with a comparator. UCUM years and months
    /// become calendar ones, as R4 says.
    /// </summary>
    public static FhirPathValue Read(ElementNode node)
    {
        if (node.Child("value").GetDecimalOrNull() is not { } value || node.Child("comparator").Exists)
            return default;
        var code = node.ChildValue("code");
        if (code is null || node.ChildValue("system") != Ucum)
            return FhirPathValue.Of(value, code ?? node.ChildValue("unit") ?? "1");
        return code switch
        {
            "a" => FhirPathValue.Of(value, "year", isCalendar: true),
            "mo" => FhirPathValue.Of(value, "month", isCalendar: true),
            _ => FhirPathValue.Of(value, code),
        };
    }

    /// <summary>A quantity whose unit was written in quotes, where a calendar word is taken for the calendar's.</summary>
    public static FhirPathValue FromUnit(decimal value, string unit) =>
        CalendarUnit(unit) is { } calendar ? FhirPathValue.Of(value, calendar, isCalendar: true) : FhirPathValue.Of(value, unit);

    /// <summary>The singular of a calendar duration's keyword, or null.</summary>
    public static string? CalendarUnit(string word) => word switch
    {
        "year" or "years" => "year",
        "month" or "months" => "month",
        "week" or "weeks" => "week",
        "day" or "days" => "day",
        "hour" or "hours" => "hour",
        "minute" or "minutes" => "minute",
        "second" or "seconds" => "second",
        "millisecond" or "milliseconds" => "millisecond",
        _ => null,
    };

    /// <summary>The literal that gives this quantity.</summary>
    public static string Write(decimal value, string unit, bool isCalendar)
    {
        var number = value.ToString(CultureInfo.InvariantCulture);
        if (!isCalendar)
            return $"{number} '{unit}'";
        return value == 1 ? $"{number} {unit}" : $"{number} {unit}s";
    }

    private static decimal? GetDecimalOrNull(this ElementNode node) => node.Exists ? node.GetDecimal() : null;
}
