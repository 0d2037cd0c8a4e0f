// Conversion (FHIRPath N1, "Conversion"): each toX() and its convertsToX() are one computation.

using System.Globalization;

namespace FhirHub.Model.FhirPath;

internal sealed partial class FhirPathEvaluator
{
    private ValueList Conversion(FunctionSyntax function, ValueList input, in Frame frame)
    {
        var value = Single(input, function).ToSystem();
        if (!value.Exists)
            return Rent();
        var isTest = function.Signature.Function >= FhirPathFunction.ConvertsToBoolean;
        var target = isTest
            ? function.Signature.Function - FhirPathFunction.ConvertsToBoolean + FhirPathFunction.ToBoolean
            : function.Signature.Function;
        var converted = target switch
        {
            FhirPathFunction.ToBoolean => ToBoolean(value),
            FhirPathFunction.ToInteger => ToInteger(value),
            FhirPathFunction.ToDecimal => ToDecimal(value),
            FhirPathFunction.ToDate => ToTemporal(value, FhirPathKind.Date),
            FhirPathFunction.ToDateTime => ToTemporal(value, FhirPathKind.DateTime),
            FhirPathFunction.ToTime => ToTemporal(value, FhirPathKind.Time),
            FhirPathFunction.ToQuantity => ToQuantity(function, value, frame),
            _ => value.Kind is FhirPathKind.Node or FhirPathKind.Type ? default : FhirPathValue.Of(value.ToString()),
        };
        return isTest ? One(FhirPathValue.Of(converted.Exists)) : One(converted);
    }

    private static FhirPathValue ToBoolean(in FhirPathValue value)
    {
        if (value.Kind == FhirPathKind.Boolean)
            return value;
        if (value.IsNumber)
            return value.Number == 1 ? FhirPathValue.Of(true) : value.Number == 0 ? FhirPathValue.Of(false) : default;
        if (value.AsString() is not { } text)
            return default;
        return text.ToLowerInvariant() switch
        {
            "true" or "t" or "yes" or "y" or "1" or "1.0" => FhirPathValue.Of(true),
            "false" or "f" or "no" or "n" or "0" or "0.0" => FhirPathValue.Of(false),
            _ => default,
        };
    }

    private static FhirPathValue ToInteger(in FhirPathValue value)
    {
        if (value.Kind == FhirPathKind.Integer)
            return value;
        if (value.Kind == FhirPathKind.Boolean)
            return FhirPathValue.Of(value.AsBoolean() == true ? 1 : 0);
        return value.AsString() is { } text
            && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer)
            ? FhirPathValue.Of(integer)
            : default;
    }

    private static FhirPathValue ToDecimal(in FhirPathValue value)
    {
        if (value.IsNumber)
            return FhirPathValue.Of(value.Number);
        if (value.Kind == FhirPathKind.Boolean)
            return FhirPathValue.Of(value.AsBoolean() == true ? 1m : 0m);
        return value.AsString() is { } text && TryNumber(text, out var number) ? FhirPathValue.Of(number) : default;
    }

    private static FhirPathValue ToTemporal(in FhirPathValue value, FhirPathKind kind)
    {
        if (value.AsTemporal() is { } temporal)
            return temporal.As(kind) is { } converted ? FhirPathValue.Of(converted) : default;
        if (value.AsString() is not { } text)
            return default;
        if (FhirPathTemporal.TryParse(text, kind, out var parsed))
            return FhirPathValue.Of(parsed);
        return kind == FhirPathKind.Date && FhirPathTemporal.TryParse(text, FhirPathKind.DateTime, out parsed)
            ? FhirPathValue.Of(parsed.As(kind)!)
            : default;
    }

    private FhirPathValue ToQuantity(FunctionSyntax function, in FhirPathValue value, in Frame frame)
    {
        var quantity = value.Kind switch
        {
            FhirPathKind.Quantity => value,
            FhirPathKind.Integer or FhirPathKind.Decimal => FhirPathValue.Of(value.Number, "1"),
            FhirPathKind.Boolean => FhirPathValue.Of(value.AsBoolean() == true ? 1.0m : 0.0m, "1"),
            FhirPathKind.String => ParseQuantity(value.AsString()!),
            _ => default,
        };
        if (function.Arguments.Count == 0 || !quantity.Exists)
            return quantity;
        if (TextArgument(function, 0, frame) is not { } unit)
            return default;
        return FhirPathQuantity.ConvertTo(quantity, FhirPathQuantity.FromUnit(0, unit));
    }

    // 10, 10 'mg' or 10 days.
    private static FhirPathValue ParseQuantity(string text)
    {
        var rest = text.AsSpan().Trim();
        var end = 0;
        while (end < rest.Length && (char.IsAsciiDigit(rest[end]) || rest[end] is '.' or '+' or '-'))
            end++;
        var digits = rest[..end];
        if (!TryNumber(digits, out var number))
            return default;
        var unit = rest[digits.Length..].Trim();
        if (unit.IsEmpty)
            return FhirPathValue.Of(number, "1");
        if (unit.Length > 2 && unit[0] == '\'' && unit[^1] == '\'' && !unit[1..^1].Contains('\''))
            return FhirPathQuantity.FromUnit(number, unit[1..^1].ToString());
        return FhirPathQuantity.CalendarUnit(unit.ToString()) is { } calendar
            ? FhirPathValue.Of(number, calendar, isCalendar: true)
            : default;
    }

    private static bool TryNumber(ReadOnlySpan<char> text, out decimal number)
    {
        number = 0;
        return text.Length > 0 && char.IsAsciiDigit(text[^1]) && !text.StartsWith(".")
            && decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);
    }
}
