// Math, boundaries and precision (FHIRPath N1, "Math"; STU "lowBoundary", "highBoundary", "precision", "comparable").

namespace FhirHub.Model.FhirPath;

internal sealed partial class FhirPathEvaluator
{
    // More digits than this a decimal can't hold.
    private const int MaxDigits = 28;

    private ValueList Math(FunctionSyntax function, ValueList input, in Frame frame)
    {
        var item = Single(input, function);
        var value = item.ToSystem();
        if (!value.Exists)
            return Rent();
        try
        {
            return function.Signature.Function switch
            {
                FhirPathFunction.LowBoundary or FhirPathFunction.HighBoundary => One(Boundary(function, value, frame)),
                FhirPathFunction.Precision => One(Precision(value, function)),
                FhirPathFunction.Comparable => Comparable(function, value, frame),
                FhirPathFunction.Abs when value.Kind == FhirPathKind.Quantity =>
                    One(FhirPathValue.Of(System.Math.Abs(value.Number), value.Unit!, value.IsCalendarDuration)),
                _ when value.IsNumber => One(Calculate(function, value, frame)),
                _ => throw Fault($"{function.Name}() is not defined for {value.Type}", function),
            };
        }
        catch (OverflowException)
        {
            return Rent();
        }
    }

    private FhirPathValue Calculate(FunctionSyntax function, in FhirPathValue value, in Frame frame)
    {
        var number = value.Number;
        var isInteger = value.Kind == FhirPathKind.Integer;
        switch (function.Signature.Function)
        {
            case FhirPathFunction.Abs:
                return Number(System.Math.Abs(number), isInteger);
            case FhirPathFunction.Ceiling:
                return Number(decimal.Ceiling(number), isInteger: true);
            case FhirPathFunction.Floor:
                return Number(decimal.Floor(number), isInteger: true);
            case FhirPathFunction.Truncate:
                return Number(decimal.Truncate(number), isInteger: true);
            case FhirPathFunction.Exp:
                return Real(System.Math.Exp((double)number));
            case FhirPathFunction.Ln:
                return number > 0 ? Real(System.Math.Log((double)number)) : default;
            case FhirPathFunction.Sqrt:
                return number >= 0 ? Real(System.Math.Sqrt((double)number)) : default;
            case FhirPathFunction.Round:
                return Round(function, number, frame);
            case FhirPathFunction.Log:
                return NumberArgument(function, frame) is { Exists: true, Number: > 0 and var radix } && number > 0 && radix != 1
                    ? Real(System.Math.Log((double)number, (double)radix))
                    : default;
            default:
                return Power(value, NumberArgument(function, frame));
        }
    }

    private FhirPathValue NumberArgument(FunctionSyntax function, in Frame frame)
    {
        var list = Argument(function, 0, frame);
        var value = Single(list, function.Arguments[0]).ToSystem();
        Return(list);
        return !value.Exists || value.IsNumber ? value : throw Fault($"A number is needed here, not {value.Type}", function.Arguments[0]);
    }

    private FhirPathValue Round(FunctionSyntax function, decimal number, in Frame frame)
    {
        var digits = 0;
        if (function.Arguments.Count > 0)
        {
            if (IntegerArgument(function, 0, frame) is not { } given)
                return default;
            digits = given >= 0 ? System.Math.Min(given, MaxDigits) : throw Fault("round() takes a precision of 0 or more", function);
        }

        return FhirPathValue.Of(decimal.Round(number, digits, MidpointRounding.AwayFromZero));
    }

    private static FhirPathValue Power(in FhirPathValue value, in FhirPathValue exponent)
    {
        if (!exponent.Exists)
            return default;
        var isInteger = value.Kind == FhirPathKind.Integer && exponent.Kind == FhirPathKind.Integer && exponent.Number >= 0;
        if (exponent.Kind != FhirPathKind.Integer || System.Math.Abs(exponent.Number) > 1000)
            return Real(System.Math.Pow((double)value.Number, (double)exponent.Number));

        // Whole exponents are computed in decimals, which keeps every digit.
        var power = 1m;
        for (var i = System.Math.Abs((int)exponent.Number); i > 0; i--)
            power *= value.Number;
        if (exponent.Number >= 0)
            return Number(power, isInteger);
        return power == 0 ? default : FhirPathValue.Of(1 / power);
    }

    private static FhirPathValue Real(double value) =>
        double.IsFinite(value) && System.Math.Abs(value) < (double)decimal.MaxValue ? FhirPathValue.Of((decimal)value) : default;

    private FhirPathValue Boundary(FunctionSyntax function, in FhirPathValue value, in Frame frame)
    {
        int? digits = null;
        if (function.Arguments.Count > 0)
        {
            digits = IntegerArgument(function, 0, frame);
            if (digits is null)
                return default;
        }

        var isHigh = function.Signature.Function == FhirPathFunction.HighBoundary;
        if (value.AsTemporal() is { } temporal)
        {
            var boundary = isHigh ? FhirPathCalendar.HighBoundary(temporal, digits) : FhirPathCalendar.LowBoundary(temporal, digits);
            return boundary is null ? default : FhirPathValue.Of(boundary);
        }

        if (!value.IsNumber && value.Kind != FhirPathKind.Quantity)
            throw Fault($"{function.Name}() is not defined for {value.Type}", function);
        if (DecimalBoundary(value.Number, digits ?? 8, isHigh) is not { } number)
            return default;
        return value.Kind == FhirPathKind.Quantity
            ? FhirPathValue.Of(number, value.Unit!, value.IsCalendarDuration)
            : FhirPathValue.Of(number);
    }

    // Half a unit of the last digit given, then brought to the digits asked for: away from zero by rounding, towards it by cutting.
    private static decimal? DecimalBoundary(decimal number, int digits, bool isHigh)
    {
        if (digits is < 0 or > MaxDigits || number.Scale >= MaxDigits)
            return null;
        var half = new decimal(5, 0, 0, false, (byte)(number.Scale + 1));
        var exact = isHigh ? number + half : number - half;
        var isAway = number == 0 || isHigh == number > 0;
        var rounded = decimal.Round(exact, digits, isAway ? MidpointRounding.AwayFromZero : MidpointRounding.ToZero);
        while (rounded.Scale < digits)
        {
            // Stands still where the number has no room for another digit.
            var padded = rounded * 1.0m;
            if (padded.Scale == rounded.Scale)
                return null;
            rounded = padded;
        }

        return rounded;
    }

    private static FhirPathValue Precision(in FhirPathValue value, FhirPathSyntax at)
    {
        if (value.AsTemporal() is { } temporal)
            return FhirPathValue.Of(FhirPathCalendar.DigitsOf(temporal));
        return value.IsNumber
            ? FhirPathValue.Of((int)value.Number.Scale)
            : throw Fault($"precision() is not defined for {value.Type}", at);
    }

    private ValueList Comparable(FunctionSyntax function, FhirPathValue value, in Frame frame)
    {
        var list = Argument(function, 0, frame);
        var other = Single(list, function.Arguments[0]).ToSystem();
        Return(list);
        if (!other.Exists)
            return Rent();
        return FhirPathQuantity.TryPair(ref value, ref other)
            ? One(FhirPathValue.Of(FhirPathQuantity.AreComparable(value, other)))
            : throw Fault("comparable() takes quantities", function);
    }
}
