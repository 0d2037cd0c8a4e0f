// Quantities: UCUM units and calendar durations (FHIRPath N1, "Quantity"; R4 fhirpath.html#quantity).

using System.Globalization;

namespace FhirHub.Model.FhirPath;

internal static class FhirPathQuantity
{
    // Months and years have no fixed length, so calendar ones have a dimension of their own.
    private const string CalendarMonths = "calendar month";

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
        if (code is null || node.ChildValue("system") != Ucum.System)
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

    /// <summary>Makes both quantities, a number being one of the unit 1; false if one of them is neither.</summary>
    public static bool TryPair(ref FhirPathValue left, ref FhirPathValue right)
    {
        if (left.IsNumber)
            left = FhirPathValue.Of(left.Number, "1");
        if (right.IsNumber)
            right = FhirPathValue.Of(right.Number, "1");
        return left.Kind == FhirPathKind.Quantity && right.Kind == FhirPathKind.Quantity;
    }

    /// <summary>True if both measure the same thing.</summary>
    public static bool AreComparable(in FhirPathValue left, in FhirPathValue right) => DimensionOf(left) == DimensionOf(right);

    /// <summary>Orders two quantities; null if they are of different dimensions.</summary>
    public static int? Compare(in FhirPathValue left, in FhirPathValue right)
    {
        if (left.Unit == right.Unit && left.IsCalendarDuration == right.IsCalendarDuration)
            return left.Number.CompareTo(right.Number);
        return Canonical(left, out var l) == Canonical(right, out var r) ? l.CompareTo(r) : null;
    }

    /// <summary>A hash that equal quantities share in whatever units, a plain number being one of the unit 1.</summary>
    public static int HashOf(in FhirPathValue quantity)
    {
        var dimension = Canonical(quantity, out var value);
        return dimension == "1" ? value.GetHashCode() : HashCode.Combine(dimension.GetHashCode(StringComparison.Ordinal), value);
    }

    /// <summary>Compares in the coarser of the two, rounded to the digits that it was given with.</summary>
    public static bool AreEquivalent(in FhirPathValue left, in FhirPathValue right)
    {
        var (l, r) = (AsDefinite(left), AsDefinite(right));
        if (l.Unit == r.Unit)
            return FhirPathComparison.AreEquivalentNumbers(l.Number, r.Number);
        if (DimensionOf(l) != DimensionOf(r) || FactorOf(l) is not (> 0 and var lf) || FactorOf(r) is not (> 0 and var rf))
            return false;
        var isLeftCoarser = Resolution(l.Number, lf) >= Resolution(r.Number, rf);
        var (coarse, fine) = isLeftCoarser ? (l, r) : (r, l);
        var ratio = isLeftCoarser ? rf / lf : lf / rf;
        return Math.Round(fine.Number * ratio, coarse.Number.Scale, MidpointRounding.AwayFromZero) == coarse.Number;
    }

    /// <summary>The sum, in the finer unit of the two; null if they are of different dimensions.</summary>
    public static FhirPathValue? Add(in FhirPathValue left, in FhirPathValue right, int sign)
    {
        if (left.Unit == right.Unit && left.IsCalendarDuration == right.IsCalendarDuration)
            return FhirPathValue.Of(left.Number + (sign * right.Number), left.Unit!, left.IsCalendarDuration);
        if (DimensionOf(left) != DimensionOf(right) || FactorOf(left) is not (> 0 and var lf) || FactorOf(right) is not (> 0 and var rf))
            return null;
        return lf <= rf
            ? FhirPathValue.Of(left.Number + (sign * right.Number * (rf / lf)), left.Unit!, left.IsCalendarDuration)
            : FhirPathValue.Of((left.Number * (lf / rf)) + (sign * right.Number), right.Unit!, right.IsCalendarDuration);
    }

    /// <summary>The same in the unit of another quantity, or <c>default</c> if that is of another dimension.</summary>
    public static FhirPathValue ConvertTo(in FhirPathValue quantity, in FhirPathValue like)
    {
        if (quantity.Unit == like.Unit && quantity.IsCalendarDuration == like.IsCalendarDuration)
            return quantity;
        if (DimensionOf(quantity) != DimensionOf(like) || FactorOf(quantity) is not (> 0 and var from) || FactorOf(like) is not (> 0 and var to))
            return default;
        return FhirPathValue.Of(quantity.Number * (from / to), like.Unit!, like.IsCalendarDuration);
    }

    /// <summary>The product.</summary>
    public static FhirPathValue Multiply(in FhirPathValue left, in FhirPathValue right)
    {
        var value = left.Number * right.Number;
        if (right.Unit == "1")
            return FhirPathValue.Of(value, left.Unit!, left.IsCalendarDuration);
        if (left.Unit == "1")
            return FhirPathValue.Of(value, right.Unit!, right.IsCalendarDuration);
        return FhirPathValue.Of(value, $"{Factor(left)}.{Factor(right)}");
    }

    /// <summary>The quotient, or <c>default</c> for a division by zero.</summary>
    public static FhirPathValue Divide(in FhirPathValue left, in FhirPathValue right)
    {
        if (right.Number == 0)
            return default;
        var value = left.Number / right.Number;
        if (right.Unit == "1")
            return FhirPathValue.Of(value, left.Unit!, left.IsCalendarDuration);
        if (left.Unit == right.Unit && left.IsCalendarDuration == right.IsCalendarDuration)
            return FhirPathValue.Of(value, "1");
        return FhirPathValue.Of(value, $"{Factor(left)}/{Factor(right)}");
    }

    /// <summary>The UCUM unit of a calendar duration that has a fixed length, or the unit itself; null for months and years.</summary>
    public static string? DefiniteUnit(in FhirPathValue quantity) => !quantity.IsCalendarDuration
        ? quantity.Unit
        : quantity.Unit switch
        {
            "week" => "wk",
            "day" => "d",
            "hour" => "h",
            "minute" => "min",
            "second" => "s",
            "millisecond" => "ms",
            _ => null,
        };

    private static string Factor(in FhirPathValue quantity)
    {
        var unit = DefiniteUnit(quantity) ?? (quantity.Unit == "year" ? "a" : "mo");
        return unit.AsSpan().ContainsAny('.', '/') ? $"({unit})" : unit;
    }

    // Equivalence, unlike equality, takes a calendar year for a UCUM year and a month for a month.
    private static FhirPathValue AsDefinite(in FhirPathValue quantity) => quantity.IsCalendarDuration
        ? FhirPathValue.Of(quantity.Number, DefiniteUnit(quantity) ?? (quantity.Unit == "year" ? "a" : "mo"))
        : quantity;

    private static string Canonical(in FhirPathValue quantity, out decimal value)
    {
        if (DefiniteUnit(quantity) is not { } unit)
        {
            value = quantity.Unit == "year" ? quantity.Number * 12 : quantity.Number;
            return CalendarMonths;
        }

        if (Ucum.TryCanonicalize(unit, quantity.Number, out value, out var canonical))
            return canonical;
        value = quantity.Number;
        return $"'{unit}'";
    }

    private static string DimensionOf(in FhirPathValue quantity) => Canonical(quantity, out _);

    // How many canonical units one unit is; a unit with a zero point of its own, such as Cel, is taken for a difference.
    private static decimal? FactorOf(in FhirPathValue quantity)
    {
        var unit = quantity.Unit!;
        var dimension = Canonical(FhirPathValue.Of(1m, unit, quantity.IsCalendarDuration), out var one);
        return Canonical(FhirPathValue.Of(0m, unit, quantity.IsCalendarDuration), out var zero) == dimension ? one - zero : null;
    }

    private static decimal Resolution(decimal value, decimal factor) => new decimal(1, 0, 0, false, value.Scale) * factor;

    private static decimal? GetDecimalOrNull(this ElementNode node) => node.Exists ? node.GetDecimal() : null;
}
